"""How many more pods of a shape the nodes would take, by what the scheduler looks at: room, taints, selectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tools.cluster.diagnosis.scheduling import matches_selector, requests, taint_words, untolerated
from tools.cluster.objects import condition, finished, name, spec, status
from tools.cluster.quantity import amount
from tools.spec import Json

PODS = "pods"


@dataclass(frozen=True, slots=True)
class Room:
    """One node: how many fit, and the resource that is used up first; or why it takes none (`closed`)."""

    node: str
    fits: int
    bound: str = ""
    closed: str = ""


class Asked:
    """What pods ask of each node, counted one by one so that none is kept."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def add(self, pod: Json) -> None:
        node = spec(pod).get("nodeName")
        if not node or finished(pod):
            return
        self._sums[node, PODS] += 1
        for resource, value in requests(pod).items():
            self._sums[node, resource] += value

    def get(self, node: str, resource: str) -> Decimal:
        return self._sums[node, resource]


def rooms(nodes: Iterable[Json], pod: Json, asked: Asked) -> list[Room]:
    """`pod` is one of the shape: its requests, tolerations, selector and required node affinity."""
    wants = {resource: value for resource, value in requests(pod).items() if value > 0} | {PODS: Decimal(1)}
    return sorted(
        (_room(node, pod, wants, asked) for node in nodes), key=lambda room: (-room.fits, room.node)
    )


def _room(node: Json, pod: Json, wants: dict[str, Decimal], asked: Asked) -> Room:
    closed = _closed(node, pod)
    if closed:
        return Room(name(node), 0, closed=closed)
    can = status(node).get("allocatable") or {}
    counts = {
        resource: int(max(amount(can.get(resource)) - asked.get(name(node), resource), Decimal(0)) // value)
        for resource, value in wants.items()
    }
    bound = min(counts, key=lambda resource: (counts[resource], resource))
    return Room(name(node), counts[bound], bound)


def _closed(node: Json, pod: Json) -> str:
    if condition(node, "Ready").get("status") != "True":
        return "not ready"
    if spec(node).get("unschedulable"):
        return "cordoned"
    taints = untolerated(pod, node)
    if taints:
        return f"taint {taint_words(taints[0])} is not tolerated"
    return "" if matches_selector(pod, node) else "its labels do not match what the pod demands"


def within_quota(quota: Json, pod: Json) -> tuple[int, str] | None:
    """How many more the quota lets in, and which limit is the narrowest; None when it limits nothing of this pod."""
    wants = requests(pod)
    mine = {"pods": Decimal(1), "count/pods": Decimal(1)}
    for resource, value in wants.items():
        mine |= {resource: value, f"requests.{resource}": value}
    used, hard = status(quota).get("used") or {}, status(quota).get("hard") or {}
    left = {
        key: int(max(amount(hard[key]) - amount(used.get(key)), Decimal(0)) // mine[key])
        for key in hard
        if mine.get(key)
    }
    if not left:
        return None
    narrow = min(left, key=lambda key: (left[key], key))
    return left[narrow], narrow

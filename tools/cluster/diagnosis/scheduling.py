"""What the scheduler looks at, checked again: taints, selectors, affinity, room. It names only the first failing filter."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from tools.cluster.objects import labels, name, spec, status
from tools.cluster.quantity import amount
from tools.spec import Json

_TAIL = re.compile(r"\s*(no new claims|preemption:).*$", re.DOTALL)
_COUNTED = re.compile(r"^(?P<count>\d+) (?P<reason>.+)$")


def parse(message: str) -> Counter[str]:
    """`0/3 nodes are available: 2 Insufficient cpu, 1 ...` to reasons with the nodes that they hold for."""
    text = _TAIL.sub("", message)
    _, _, listed = text.partition("nodes are available: ")
    found: Counter[str] = Counter()
    for part in re.split(r",\s+(?=\d)|\.\s*", listed):
        counted = _COUNTED.match(part.strip())
        if counted:
            found[counted["reason"].strip()] += int(counted["count"])
        elif part.strip() and part.strip() != "not found":
            found[part.strip()] += 1
    return found


def untolerated(pod: Json, node: Json) -> list[Json]:
    """Taints that keep the pod off the node."""
    taints = [t for t in spec(node).get("taints") or [] if t.get("effect") in {"NoSchedule", "NoExecute"}]
    return [
        t
        for t in taints
        if not any(_tolerates(toleration, t) for toleration in spec(pod).get("tolerations") or [])
    ]


def _tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") not in {None, "", taint.get("effect")}:
        return False
    if not toleration.get("key"):
        return toleration.get("operator") == "Exists"
    if toleration["key"] != taint.get("key"):
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")


def taint_words(taint: Json) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint.get('effect')}"


def matches_selector(pod: Json, node: Json) -> bool:
    """NodeSelector and required node affinity."""
    have = labels(node)
    if any(have.get(k) != v for k, v in (spec(pod).get("nodeSelector") or {}).items()):
        return False
    required = ((spec(pod).get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if not required:
        return True
    terms = required.get("nodeSelectorTerms") or []
    return any(all(_fits(e, have) for e in term.get("matchExpressions") or []) for term in terms)


def _fits(expression: Json, have: dict[str, str]) -> bool:
    from tools.cluster.objects import selects

    return selects({"matchExpressions": [expression]}, have)


def wanted_labels(pod: Json) -> list[str]:
    """The node labels that the pod demands, in words."""
    plain = [f"{k}={v}" for k, v in (spec(pod).get("nodeSelector") or {}).items()]
    required = ((spec(pod).get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or {}
    expressions = [
        e for t in required.get("nodeSelectorTerms") or [] for e in t.get("matchExpressions") or []
    ]
    return plain + [
        f"{e.get('key')} {e.get('operator')} {','.join(e.get('values') or [])}".strip() for e in expressions
    ]


def requests(pod: Json) -> dict[str, Decimal]:
    """Sum of what the pod's containers ask for; init containers count by the largest."""
    total: dict[str, Decimal] = {}
    for container in spec(pod).get("containers") or []:
        for resource, value in ((container.get("resources") or {}).get("requests") or {}).items():
            total[resource] = total.get(resource, Decimal(0)) + amount(value)
    for container in spec(pod).get("initContainers") or []:
        for resource, value in ((container.get("resources") or {}).get("requests") or {}).items():
            total[resource] = max(total.get(resource, Decimal(0)), amount(value))
    return total


def largest(nodes: list[Json], resource: str) -> tuple[Decimal, str]:
    """The most that one node can give, and which."""
    found = [(amount((status(n).get("allocatable") or {}).get(resource)), name(n)) for n in nodes]
    return max(found, default=(Decimal(0), ""))

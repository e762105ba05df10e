"""Room on other nodes for pods that have to move: an estimate by requests, in words where it does not suffice."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from tools.cluster.api import Api
from tools.cluster.diagnosis.scheduling import requests
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import finished, name, spec, status
from tools.cluster.quantity import amount, cores, size
from tools.spec import Json

SPELLED: Final = {"cpu": cores, "memory": size}


async def lacking(api: Api, moving: list[Json], takers: list[Json]) -> list[str]:
    """A sentence for each resource of which the other nodes have too little; taints and affinity are not looked at."""
    asked = await _asked(api)
    return [text for resource in SPELLED if (text := _short_of(resource, moving, takers, asked))]


async def _asked(api: Api) -> dict[str, dict[str, Decimal]]:
    """What the pods of each node ask for already."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def reduce(pod: Json) -> None:
        if not finished(pod):
            for resource, value in requests(pod).items():
                found[spec(pod).get("nodeName", "")][resource] += value

    await api.listing(BY_PLURAL["pods"], reduce=reduce)
    return found


def _short_of(
    resource: str, moving: list[Json], takers: list[Json], asked: dict[str, dict[str, Decimal]]
) -> str:
    spell = SPELLED[resource]
    can = {name(node): (status(node).get("allocatable") or {}).get(resource) for node in takers}
    if None in can.values():  # a node that does not say how much it has may have enough
        return ""
    free = [max(Decimal(0), amount(value) - asked[node][resource]) for node, value in can.items()]
    wanted = [requests(pod).get(resource, Decimal(0)) for pod in moving]
    total, most = sum(wanted, Decimal(0)), max(wanted, default=Decimal(0))
    if total > sum(free, Decimal(0)):
        return f"these pods ask for {spell(total)} {resource} and the other nodes have {spell(sum(free, Decimal(0)))} free: some will wait"
    if most > max(free, default=Decimal(0)):
        return f"a pod asks for {spell(most)} {resource} and no other node has that much free: it will wait"
    return ""

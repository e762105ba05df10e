"""A node pool of a cluster of OKE: which one is meant, its nodes, and how long OKE lets their pods leave.

Node pools are listed by compartment: nothing says that Resource Search knows them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from tools.errors import AskBack, GiveUp
from tools.oracle.choosing import chosen, options, placed
from tools.oracle.parts import each
from tools.oracle.where import Where, find, text_of
from tools.reads.digest import listed
from tools.remediation.cloud_resource import ResourceArgs, Sort, Subject, read
from tools.remediation.cloud_works import LATEST, Work
from tools.spec import Call, Json

ACTIVE: Final = "ACTIVE"
IDLE: Final = frozenset({ACTIVE, "NEEDS_ATTENTION"})
MOVING: Final = frozenset({"CREATING", "UPDATING"})
GONE: Final = frozenset({"DELETED", "DELETING"})
SORT: Final = Sort("node pool", "NodePool", "container_engine", "get_node_pool", "node_pool_id")
READ: Final = ("node pools and their nodes", "cluster", "work requests of OKE", "audit events")
NEEDS: Final = (
    "CLUSTER_NODE_POOL_INSPECT",
    "CLUSTER_NODE_POOL_READ",
    "CLUSTER_NODE_POOL_UPDATE",
    "CLUSTER_WORK_REQUEST_INSPECT",
)
USUAL_S: Final = 3_600.0  # that OKE lets pods take to leave a node
_SPAN: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


async def subject(call: Call, args: ResourceArgs) -> Subject:
    """Raises AskBack when several are called so, or none; the three error words."""
    where = await find(call, args)
    item = await _named(where, args.resource.strip())
    found = await read(where, SORT, text_of(item, "id"), text_of(item, "region"))
    if found.state not in IDLE:
        raise GiveUp(f"{found.name} is {found.state}: it can be changed when it is {ACTIVE}", "oci:oke")
    return found


async def _named(where: Where, wanted: str) -> Json:
    pairs = {
        f"{where.tenancy.compartments.path(one.id)} in {region}": (region, one.id)
        for region in where.regions
        for one in where.compartments
    }

    async def ask(name: str) -> list[Json]:
        region, ident = pairs[name]
        listing = await where.api.listing(
            "container_engine", "list_node_pools", region=region, compartment_id=ident
        )
        return [
            item | {"region": region} for item in listing.items if text_of(item, "lifecycleState") not in GONE
        ]

    parts = await each(list(pairs), ask, lambda name: pairs[name][0])
    every = [item for items in parts.found.values() for item in items]
    return _one(where, every, wanted, tuple(parts.missing))


def _one(where: Where, every: list[Json], wanted: str, missing: tuple[str, ...]) -> Json:
    low = wanted.lower()
    told = partial(placed, where)
    exact = chosen(every, wanted, told) or [
        one for one in every if low in {text_of(one, "id").lower(), text_of(one, "name").lower()}
    ]
    fitting = exact or [one for one in every if low in text_of(one, "name").lower()]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise AskBack(f"Several are called {wanted!r}. Which node pool?", options(fitting, told))
    if missing:
        raise GiveUp(
            f"I see no node pool {wanted!r}, and could not look in {listed(list(missing))}", "oci:oke"
        )
    raise AskBack(f"I see no node pool {wanted!r}. Which one?", options(every, told))


def nodes(found: Subject) -> list[Json]:
    """Those that are there to stay."""
    every: list[Json] = found.item.get("nodes") or []
    return [one for one in every if text_of(one, "lifecycleState") not in GONE]


def size(found: Subject) -> int | None:
    """None for pools of the old form, which count by subnet."""
    value: Any = (found.item.get("nodeConfigDetails") or {}).get("size")
    return value if isinstance(value, int) else None


def lacking(found: Subject) -> str:
    """What has yet to follow once the size is right."""
    active = sum(text_of(one, "lifecycleState") == ACTIVE for one in nodes(found))
    if found.state == ACTIVE and active == len(nodes(found)) == size(found):
        return ""
    return f"it is {found.state}, {active} of {size(found)} nodes are {ACTIVE}"


async def works(found: Subject) -> list[Work]:
    """OKE keeps its own. Raises the three error words."""
    listing = await found.where.api.listing(
        "container_engine", "list_work_requests", region=found.region,
        compartment_id=text_of(found.item, "compartmentId"), resource_id=found.id, cap=LATEST,
    )  # fmt: skip
    return [
        Work(text_of(item, "operationType"), text_of(item, "status"), text_of(item, "timeAccepted"))
        for item in listing.items
    ]


def grace_s(found: Subject) -> float:
    """For how long OKE tries to evict a node's pods."""
    said = _SPAN.fullmatch(text_of(found.item, "nodeEvictionNodePoolSettings", "evictionGraceDuration"))
    if said is None or not any(said.groups()):
        return USUAL_S
    hours, minutes, seconds = (int(part or 0) for part in said.groups())
    return hours * 3_600.0 + minutes * 60.0 + seconds


def evicting(found: Subject) -> str:
    """What happens to pods that are on nodes that go."""
    settings = found.item.get("nodeEvictionNodePoolSettings") or {}
    force = settings.get("isForceDeleteAfterGraceDuration")
    then = "and deletes the node even if some stay" if force else "and keeps the node if some stay"
    return f"OKE cordons such a node, evicts its pods for up to {grace_s(found) / 60:.0f} min, {then}"

"""The parts of a service in Oracle Cloud: which they are, by the service map and by tag, and how each of them is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from tools.errors import AskBack, ToolError
from tools.oracle.searching import search
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.services.model import Service
from tools.services.parts import Part, balancer, database, instance
from tools.services.tags import KINDS, carries, service_words
from tools.spec import Call, Json

WITHIN_S = 8.0  # the pods of a service do not wait longer for its other world
LOOKED_AT = 12  # parts of one kind that are read one by one; of the rest the list's own state is told
WORDS = {"instance": "instance", "loadbalancer": "load balancer", "autonomousdatabase": "database"}
_READ: dict[str, Callable[[Call, Where, Json], Awaitable[Part]]] = {
    "instance": instance,
    "loadbalancer": balancer,
    "autonomousdatabase": database,
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """What was seen of a service there. `unseen` says why the rest was not."""

    parts: tuple[Part, ...] = ()
    unseen: tuple[str, ...] = ()
    compartment: str = ""
    away: bool = False  # nothing was looked at: Oracle Cloud gave no answer

    @property
    def faulty(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.fault)


async def named_there(call: Call, service: Service) -> list[tuple[str, str]]:
    """(kind, name) of the parts that the map names; a database that is a service of the map is none of them."""
    services = await call.clients.known_services()
    base = service.database if services.named(service.database) is None else ""
    pairs = [("loadbalancer", service.load_balancer), ("autonomousdatabase", base)]
    return [*(("instance", name) for name in service.instances), *((k, n) for k, n in pairs if n)]


async def parts_of(call: Call, service: Service, within: float = WITHIN_S) -> Cloud:
    """Never raises for what Oracle does: one part that cannot be seen costs that part alone."""
    wanted = await named_there(call, service)
    if not (wanted or service.tagged):
        return Cloud()
    hurried = replace(call, deadline_s=min(call.deadline_s, within), reach=call.cloud_reach)
    try:
        where = await find(hurried, CloudArgs(compartment=service.compartment or None))
        found = await search(where, KINDS)
    except ToolError as error:
        return Cloud(unseen=(f"{_said(wanted)} in Oracle Cloud: {error.reason}",), away=True)
    except AskBack:
        return Cloud(
            unseen=(f"compartment {service.compartment} of the service map: I see none of this name",)
        )
    items, missing = chosen(found.items, service, wanted)
    parts, unseen = await _read_all(hurried, where, items)
    said = (*(missing if not found.parts.missing else ()), *unseen, *found.parts.could_not_see)
    return Cloud(tuple(parts), said, where.top.path)


def _said(wanted: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{WORDS[kind]} {name}" for kind, name in wanted[:6]) or "its parts"


def chosen(
    items: Sequence[Json], service: Service, wanted: Sequence[tuple[str, str]]
) -> tuple[list[Json], list[str]]:
    """The resources that are meant, each once, and what of the wanted was not found or is more than one."""
    kept: dict[str, Json] = {}
    missing: list[str] = []
    for kind, name in wanted:
        fits = [item for item in items if kind_of(item) == kind and _is(item, name)]
        if not fits:
            missing.append(f"{WORDS[kind]} {name}: not visible or not there")
        elif len(fits) > 1 and "=" not in name:
            missing.append(f"{WORDS[kind]} {name}: {len(fits)} are called so; the service map needs the OCID")
        else:
            kept |= {text_of(item, "identifier"): item for item in fits}
    mine = set(service.words())
    kept |= {text_of(i, "identifier"): i for i in items if kind_of(i) in KINDS and mine & service_words(i)}
    return list(kept.values()), missing


def kind_of(item: Json) -> str:
    return text_of(item, "resourceType").lower()


def _is(item: Json, name: str) -> bool:
    if "=" in name:
        return carries(item, name)
    return name.lower() in {text_of(item, "identifier").lower(), text_of(item, "displayName").lower()}


async def _read_all(call: Call, where: Where, items: Sequence[Json]) -> tuple[list[Part], list[str]]:
    """Load balancers first: what people reach a service through."""
    order = ["loadbalancer", "autonomousdatabase", "instance"]
    ordered = sorted(items, key=lambda item: (order.index(kind_of(item)), text_of(item, "displayName")))
    counted: dict[str, int] = {}
    looks = []
    for item in ordered:
        counted[kind_of(item)] = counted.get(kind_of(item), 0) + 1
        looks.append(_one(call, where, item, read=counted[kind_of(item)] <= LOOKED_AT))
    parts = await asyncio.gather(*looks)
    return list(parts), [f"{part.label}: {part.unread}" for part in parts if part.unread]


async def _one(call: Call, where: Where, item: Json, *, read: bool) -> Part:
    listed = Part.listed(WORDS[kind_of(item)], item)
    if not read:
        return listed
    try:
        return await _READ[kind_of(item)](call, where, item)
    except ToolError as error:
        return replace(listed, unread=error.reason)

"""Resource Search: what is in the tenancy, by kind, name and state, over compartments and regions at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.oracle.parts import Parts, each
from tools.oracle.where import Where, text_of
from tools.spec import Json

IN_QUERY = 20  # compartments that a query names; beyond that the answer is filtered
CAP = 5_000  # resources of one region
UNREAD = frozenset({"additionalDetails", "identityContext", "searchContext", "systemTags"})

KINDS = {
    "alarm": "alarm",
    "autonomous database": "autonomousdatabase",
    "boot volume": "bootvolume",
    "cluster": "clusterscluster",
    "database": "autonomousdatabase",
    "instance": "instance",
    "instance pool": "instancepool",
    "load balancer": "loadbalancer",
    "policy": "policy",
    "secret": "vaultsecret",
    "stack": "ormstack",
    "subnet": "subnet",
    "vault secret": "vaultsecret",
    "vcn": "vcn",
    "volume": "volume",
}


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` names the regions whose list was not cut short."""

    items: tuple[Json, ...]
    parts: Parts[int]
    cut: tuple[str, ...] = ()


async def search(
    where: Where,
    kinds: Sequence[str] = (),
    *,
    cap: int = CAP,
    reduce: Callable[[Json], Json] | None = None,
) -> Found:
    """Resources of the scope, at most `cap` of a region, each by what `reduce` keeps; each carries its `region`. Raises the three error words when no region answers."""
    query = spelled(where, kinds)
    found: dict[str, list[Json]] = {}
    cut: list[str] = []

    async def ask(region: str) -> int:
        listing = await where.api.listing(
            "search", "search_resources", region=region, cap=cap, reduce=reduce or _told,
            search_details={"type": "Structured", "query": query, "matchingContextType": "NONE"},
        )  # fmt: skip
        found[region] = [item | {"region": region} for item in listing.items if where.covers(item)]
        if not listing.whole:
            cut.append(region)
        return len(found[region])

    parts = await each(where.regions, ask)
    items = tuple(item for region in where.regions for item in found.get(region, ()))
    return Found(_once(items), parts, tuple(cut))


def spelled(where: Where, kinds: Sequence[str]) -> str:
    """The structured query. It holds nothing that a person wrote: names and states are compared by us, as they mean them."""
    what = ", ".join(kinds) or "all"
    tail = ""
    if where.top is not where.tenancy.compartments.root and len(where.compartments) <= IN_QUERY:
        tail = " where " + " || ".join(f"compartmentId = '{one.id}'" for one in where.compartments)
    return f"query {what} resources{tail} sorted by timeCreated desc"


def kind_of(word: str) -> str:
    """As search names it: one word, lower case. People write plurals and spaces."""
    low = " ".join(word.lower().replace("_", " ").replace("-", " ").split())
    single = low[:-3] + "y" if low.endswith("ies") else low.removesuffix("s")
    return KINDS.get(single) or KINDS.get(low) or single.replace(" ", "")


def _told(item: Json) -> Json:
    """Without what nobody reads: a tenancy has many resources."""
    return {key: value for key, value in item.items() if key not in UNREAD}


def _once(items: Sequence[Json]) -> tuple[Json, ...]:
    """What belongs to no region (policies, compartments) is found in each."""
    return tuple({text_of(item, "identifier"): item for item in reversed(items)}.values())[::-1]

"""What is where: resources counted by kind, compartment and state, over all regions."""

from __future__ import annotations

from collections import Counter

from pydantic import Field

from tools.oracle.searching import kind_of, search
from tools.oracle.where import CloudArgs, find, text_of
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

COLUMNS = ("kind", "how many", "states", "compartments", "regions")
ILL = frozenset({"FAILED", "FAULTY", "NEEDS_ATTENTION", "INACCESSIBLE", "UNAVAILABLE"})
MOST = 20_000  # resources of one region


class Args(CloudArgs):
    kind: str | None = Field(
        None,
        max_length=60,
        pattern=r"^[A-Za-z][A-Za-z _-]*$",
        description="only this kind: instance, volume, load balancer, ...",
    )
    limit: int = Field(40, ge=1, le=200, description="kinds shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    kinds = [kind_of(args.kind)] if args.kind else []
    found = await search(where, kinds, cap=MOST, reduce=_counted_only)
    by_kind: dict[str, list[Json]] = {}
    for item in found.items:
        by_kind.setdefault(text_of(item, "resourceType"), []).append(item)
    paths = {text_of(item, "compartmentId"): where.path(item) for item in found.items}
    places = Counter(paths[text_of(item, "compartmentId")] for item in found.items)
    ill = sum(_state(item) in ILL for item in found.items)
    head = (
        f"{counted(len(found.items), 'resource')} of {counted(len(by_kind), 'kind')}, {ill} in a bad state."
    )
    said = listed([f"{path} {count}" for path, count in places.most_common()], 10)
    unseen = [
        *found.parts.could_not_see,
        *(f"{region}: more than {MOST} resources, so its counts are too low" for region in found.cut),
    ]
    answer = Answer(
        head, "Inventory", COLUMNS, "kinds", where.scope(), args.limit, unseen,
        [f"By compartment: {said}."] if places else [],
        more={"resources": len(found.items), "compartments": dict(places), "bad": ill},
    )  # fmt: skip
    return told(answer, [_thing(kind, items, paths) for kind, items in by_kind.items()])


def _counted_only(item: Json) -> Json:
    """What is counted of a resource: a tenancy has many."""
    return {key: item.get(key) for key in ("identifier", "resourceType", "lifecycleState", "compartmentId")}


def _state(item: Json) -> str:
    """States are spelled differently by different services."""
    return text_of(item, "lifecycleState").upper() or "NO STATE"


def _thing(kind: str, items: list[Json], paths: dict[str, str]) -> Thing:
    states = Counter(map(_state, items))
    places = Counter(paths[text_of(item, "compartmentId")] for item in items)
    regions = Counter(text_of(item, "region") for item in items)
    shown = [
        listed([f"{count} {name}" for name, count in one.most_common()], 5)
        for one in (states, places, regions)
    ]
    words = f"{len(items)}: {shown[0]}; in {shown[1]}; {shown[2]}"
    data = {"kind": kind, "count": len(items), "states": dict(states), "compartments": dict(places), "regions": dict(regions)}  # fmt: skip
    rank = -1_000_000 if states.keys() & ILL else -len(items)
    return Thing(kind, words, f"oci:search/{kind}#count", (kind, str(len(items)), *shown), data, rank)


OCI_INVENTORY = Tool(
    name="oci_inventory",
    summary="Count what exists in Oracle Cloud by kind, compartment, state and region.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("what do we have in oracle cloud?", "how many of each kind are there?", "inventory of shop"),
    cache_s=60,
)

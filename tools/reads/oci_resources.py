"""What is there in Oracle Cloud? Resources by kind, name and state, over compartments and regions at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import Field

from tools.oracle.searching import Found, kind_of, search
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import TABLED, TOKEN, digest, listed, proved, token
from tools.reads.windows import ago
from tools.spec import Call, Evidence, Json, Result, Table, Tool

SHOWN = 20  # more than these are kept as text, too
COLUMNS = ("name", "kind", "state", "compartment", "region", "created")
PROVED = 6  # resources that are evidence


class Args(CloudArgs):
    kind: str | None = Field(
        None,
        max_length=60,
        pattern=r"^[A-Za-z][A-Za-z _-]*$",
        description="kind of resource: instance, load balancer, database, vcn, ...",
    )
    name: str | None = Field(None, max_length=255, description="part of the display name")
    state: str | None = Field(
        None, max_length=40, pattern=r"^[A-Za-z_]+$", description="lifecycle state, e.g. RUNNING, STOPPED"
    )
    limit: int = Field(40, ge=1, le=500)


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await search(where, [kind_of(args.kind)] if args.kind else [])
    items = [item for item in found.items if _fits(item, args)]
    return _result(call, args, where, found, items)


def _fits(item: Json, args: Args) -> bool:
    """States are spelled differently by different services: compared without case."""
    if args.name and args.name.lower() not in text_of(item, "displayName").lower():
        return False
    return args.state is None or text_of(item, "lifecycleState").upper() == args.state.upper()


def _result(call: Call, args: Args, where: Where, found: Found, items: list[Json]) -> Result:
    kinds = Counter(text_of(item, "resourceType") for item in items)
    states = Counter(text_of(item, "lifecycleState").upper() or "no state" for item in items)
    counted = listed([f"{count} {kind}" for kind, count in kinds.most_common()])
    head = f"{len(items)} resources" + (f": {counted}." if items else ".")
    by_state = listed([f"{count} {state}" for state, count in states.most_common()])
    shown = items[: args.limit]
    rest = [f"showing {len(shown)} of {len(items)}"] if len(items) > len(shown) else []
    lines = proved((_line(call, where, item) for item in shown), PROVED)
    return Result(
        data={
            "resources": [_json(where, item) for item in shown],
            "total": len(items),
            "kinds": dict(kinds),
            "states": dict(states),
        },
        digest=digest([head, *([f"States: {by_state}."] if items else []), *rest, *lines]),
        scope=where.scope(),
        evidence=tuple(_evidence(item) for item in shown[:PROVED]),
        could_not_see=(*found.parts.could_not_see, *(f"{region}: more than was listed" for region in found.cut)),
        tables=(Table("Resources", COLUMNS, tuple(_row(call, where, item) for item in items[:TABLED]), len(items)),) if shown else (),
        raw="\n".join(_line(call, where, item) for item in items) if len(items) > SHOWN else None,
        untrusted=True,
        inventory=tuple({name for item in shown if TOKEN.fullmatch(name := text_of(item, "displayName"))}),
    )  # fmt: skip


def _row(call: Call, where: Where, item: Json) -> tuple[str, ...]:
    return (
        text_of(item, "displayName"),
        text_of(item, "resourceType"),
        text_of(item, "lifecycleState").upper(),
        where.path(item),
        text_of(item, "region"),
        created(call, item),
    )


def created(call: Call, item: Json) -> str:
    try:
        return f"{ago(datetime.fromisoformat(text_of(item, 'timeCreated')), call.now)} ago"
    except ValueError:
        return ""


def _line(call: Call, where: Where, item: Json) -> str:
    name, kind, state, path, region, when = _row(call, where, item)
    return f"{kind} {name}: {state or 'no state'}, {path}, {region}, created {when or 'unknown'}, {text_of(item, 'identifier')}"


def _json(where: Where, item: Json) -> Json:
    return {
        "id": text_of(item, "identifier"),
        "name": text_of(item, "displayName"),
        "kind": text_of(item, "resourceType"),
        "state": text_of(item, "lifecycleState").upper(),
        "compartment": where.path(item),
        "region": text_of(item, "region"),
        "created": text_of(item, "timeCreated"),
        "tags": item.get("freeformTags") or {},
    }


def _evidence(item: Json) -> Evidence:
    ref = f"oci:{text_of(item, 'identifier')}#lifecycleState"
    label = f"{text_of(item, 'resourceType')} {token(text_of(item, 'displayName'), 'with an unusual name')}"
    return Evidence(ref, label, text_of(item, "lifecycleState").upper() or "no state")


OCI_RESOURCES = Tool(
    name="oci_resources",
    summary="List what exists in Oracle Cloud: instances, databases, load balancers, networks, by kind, name, state, compartment.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("which instances are running in prod?", "databases in shop/data"),
    cache_s=60,
)

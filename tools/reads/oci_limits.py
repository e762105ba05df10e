"""Service limits: what is nearly used up, so that the next start of something would fail."""

from __future__ import annotations

import asyncio

from pydantic import Field

from tools.errors import NotAllowed, ToolError
from tools.oracle.everywhere import number
from tools.oracle.parts import each
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

USUAL = ("compute", "block-storage", "load-balancer", "vcn", "database", "container-engine")
ASKED = 150  # limits of one region whose use is asked for
AT_ONCE = 6
COLUMNS = ("limit", "service", "where", "used", "of", "left", "region")


class Args(CloudArgs):
    limited: str | None = Field(
        None,
        max_length=60,
        pattern=r"^[a-z][a-z0-9-]*$",
        description="Oracle's service, e.g. compute, block-storage, load-balancer, vcn; left out: the usual six",
    )
    name: str | None = Field(None, max_length=100, description="part of the limit's name, e.g. e5-core")
    at_least: int = Field(80, ge=0, le=100, description="shown from this percentage of use on; 0: all")
    limit: int = Field(30, ge=1, le=200, description="limits shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    root = where.tenancy.compartments.root
    if not call.reach.compartment(root.path):
        raise NotAllowed(
            "service limits belong to the whole tenancy, which is outside what you may see here",
            needs="compartment root",
        )
    found: list[Json] = []
    unseen: list[str] = []

    async def ask(region: str) -> int:
        return await _region(where, args, region, found, unseen)

    parts = await each(where.regions, ask)
    known = [one for one in found if one["used"] is not None]
    near = [one for one in known if _share(one) * 100 >= args.at_least]
    head = f"{counted(len(near), 'limit')} of {len(known)} at {args.at_least}% or more of use."
    said = (f"{len(known) - len(near)} limits have more room.",) if len(known) > len(near) else ()
    answer = Answer(
        head, "Service limits", COLUMNS, "limits", where.scope(), args.limit, [*parts.could_not_see, *unseen], said,
        more={"checked": len(known)},
    )  # fmt: skip
    return told(answer, [_thing(one) for one in near])


async def _region(where: Where, args: Args, region: str, found: list[Json], unseen: list[str]) -> int:
    wanted = (args.limited,) if args.limited else USUAL
    values: list[Json] = []
    for service in wanted:
        values += await _values(where, region, service, unseen, single=len(wanted) == 1)
    low = (args.name or "").lower()
    asked = [one for one in values if (one.get("value") or 0) > 0 and low in text_of(one, "name").lower()]
    if len(asked) > ASKED:
        unseen.append(f"{region}: {len(asked) - ASKED} more limits; name a service to see them")
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: Json) -> Json:
        async with places:
            return item | {"used": await _used(where, region, item), "region": region}

    done = await asyncio.gather(*map(one, asked[:ASKED]))
    if silent := sorted({text_of(item, "name") for item in done if item["used"] is None}):
        unseen.append(f"{region}: use of {listed(silent, 5)} is not told")
    found += done
    return len(done)


async def _values(where: Where, region: str, service: str, unseen: list[str], *, single: bool) -> list[Json]:
    root = where.tenancy.compartments.root.id
    try:
        listing = await where.api.listing(
            "limits", "list_limit_values", region=region, compartment_id=root, service_name=service
        )
    except ToolError as error:
        if single:
            raise
        unseen.append(f"{service} in {region}: {error.reason}")
        return []
    return [item | {"service": service} for item in listing.items]


async def _used(where: Where, region: str, item: Json) -> float | None:
    """None where Oracle does not tell: some limits have no availability."""
    place = text_of(item, "availabilityDomain")
    try:
        answer = await where.api.read(
            "limits", "get_resource_availability", region=region, service_name=item["service"],
            limit_name=text_of(item, "name"), compartment_id=where.tenancy.compartments.root.id,
            **({"availability_domain": place} if place else {}),
        )  # fmt: skip
    except ToolError:
        return None
    return number(answer.data, "used")


def _share(one: Json) -> float:
    return float(one["used"]) / float(one["value"])


def _thing(one: Json) -> Thing:
    name, service, region = text_of(one, "name"), one["service"], text_of(one, "region")
    place = text_of(one, "availabilityDomain") or "region"
    used, most, share = float(one["used"]), float(one["value"]), _share(one)
    left = max(0.0, most - used)
    words = f"{used:g} of {most:g} used ({share:.0%}), {left:g} left, {service}, {place}, {region}"
    ref = f"oci:limit/{service}/{name}/{place}@{region}#used"
    row = (name, service, place, f"{used:g}", f"{most:g}", f"{left:g}", region)
    data = {"name": name, "service": service, "place": place, "region": region, "used": used, "limit": most, "left": left, "share": round(share, 4)}  # fmt: skip
    return Thing(name, words, ref, row, data, 100 - min(100, int(share * 100)), f"{used:g} of {most:g}")


OCI_LIMITS = Tool(
    name="oci_limits",
    summary="Oracle Cloud service limits and headroom: which are nearly used up.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "which service limits are nearly used up?",
        "how many e5 cores can we still start?",
        "limits of block-storage",
    ),
    deadline_s=30,
    cache_s=120,
)

"""Service limits: what is nearly used up, so that the next start of something would fail."""

from __future__ import annotations

from pydantic import Field

from tools.oracle.headroom import USUAL, headroom, may, place, ref, share
from tools.oracle.where import CloudArgs, find, text_of
from tools.reads.digest import counted
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

ASKED = 150  # limits of one region whose use is asked for
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
    may(call, where)
    unseen: list[str] = []
    wanted = (args.limited,) if args.limited else USUAL
    found = await headroom(where, wanted, unseen, most=ASKED, named=(args.name or "").lower())
    known = [one for one in found if one["used"] is not None]
    near = [one for one in known if share(one) * 100 >= args.at_least]
    head = f"{counted(len(near), 'limit')} of {len(known)} at {args.at_least}% or more of use."
    said = (f"{len(known) - len(near)} limits have more room.",) if len(known) > len(near) else ()
    answer = Answer(
        head, "Service limits", COLUMNS, "limits", where.scope(), args.limit, unseen, said,
        more={"checked": len(known)},
    )  # fmt: skip
    return told(answer, [_thing(one) for one in near])


def _thing(one: Json) -> Thing:
    name, service, region = text_of(one, "name"), one["service"], text_of(one, "region")
    domain, used, most, part = place(one), float(one["used"]), float(one["value"]), share(one)
    left = max(0.0, most - used)
    words = f"{used:g} of {most:g} used ({part:.0%}), {left:g} left, {service}, {domain}, {region}"
    row = (name, service, domain, f"{used:g}", f"{most:g}", f"{left:g}", region)
    data = {"name": name, "service": service, "place": domain, "region": region, "used": used, "limit": most, "left": left, "share": round(part, 4)}  # fmt: skip
    return Thing(name, words, ref(one), row, data, 100 - min(100, int(part * 100)), f"{used:g} of {most:g}")


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

"""What does Oracle's Cloud Advisor propose to save, and which of our own changes would do it?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from tools.oracle.parts import Parts
from tools.oracle.subtree import whole_first
from tools.oracle.where import CompartmentArgs, Where, find, text_of
from tools.reads.digest import TABLED, counted, digest, proved, short, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

ACTIONS: Final[tuple[tuple[str, str, str], ...]] = (
    # kind of the resource's OCID, a word of the recommendation's name, our change: Oracle's own action only names an article
    ("volume", "attachment", "volume_delete"),
    ("instance", "underutilized", "instance_shape"),
    ("instance", "burstable", "instance_shape"),
    ("autonomousdatabase", "underutilized", "database_scale"),
)
COLUMNS = ("resource", "compartment", "proposal", "saves a month", "our change")
PROVED = 15
NO_CURRENCY = (
    "Cloud Advisor names no currency: its amounts are Oracle's own estimates in the tenancy's currency"
)


class Args(CompartmentArgs):
    status: str = Field("PENDING", pattern=r"^(PENDING|DISMISSED|POSTPONED|IMPLEMENTED)$",
                        description="PENDING: still to be done; or DISMISSED, POSTPONED, IMPLEMENTED")  # fmt: skip


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    missing: dict[str, str] = {}
    about, todo = await asyncio.gather(
        _listed(where, "list_recommendations", missing),
        _listed(where, "list_resource_actions", missing, status=args.status),
    )
    names = {text_of(one, "id"): one for one in about}
    found = sorted((one for one in todo if where.covers(one)), key=lambda one: -_saves(one))
    return _result(where, args, found, names, Parts({}, missing).could_not_see)


async def _listed(where: Where, operation: str, missing: dict[str, str], **more: Any) -> list[Json]:
    """Which the advisor answers from its home. What is refused of single compartments joins `missing`."""

    async def ask(region: str, compartment: str, subtree: Json) -> list[Json]:
        deep: Json = {"compartment_id_in_subtree": False} | subtree  # which it does not go without
        found = await where.api.listing(
            "optimizer", operation, region=region, compartment_id=compartment, **deep, **more
        )
        return found.items

    return await whole_first(where, where.tenancy.home, ask, missing)


def action_of(one: Json, about: Json) -> str:
    """Our registered change that does what `about`, its recommendation, proposes; empty where there is none."""
    kind = [*text_of(one, "resourceId").split("."), "", ""][1]
    name = text_of(about, "name")
    return next((action for of, word, action in ACTIONS if of == kind and word in name), "")


def _saves(one: Json) -> float:
    value = one.get("estimatedCostSaving")
    return float(value) if isinstance(value, int | float) else 0.0


def _about(one: Json, names: Mapping[str, Json]) -> Json:
    return names.get(text_of(one, "recommendationId"), {})


def _name(one: Json) -> str:
    return token(text_of(one, "name"), "a resource with an unusual name")


def _what(one: Json, names: Mapping[str, Json]) -> str:
    """What Oracle writes: the recommendation's description, else its name."""
    about = _about(one, names)
    return short(text_of(about, "description") or text_of(about, "name") or "not told", 90)


def _unnamed(found: list[Json], names: Mapping[str, Json]) -> tuple[str, ...]:
    """A recommendation is the tenancy's, also where what it is about may be seen."""
    count = sum(not _about(one, names) for one in found)
    return (
        (f"what Oracle writes of {counted(count, 'proposal')}: I may not see its recommendation",)
        if count
        else ()
    )


def _line(where: Where, one: Json, names: Mapping[str, Json]) -> str:
    action = action_of(one, _about(one, names))
    ours = f"; our change {action} would do it" if action else ""
    return f"{_name(one)} in {where.path(one)}: {_what(one, names)}, {_saves(one):,.2f} a month{ours}"


def _result(
    where: Where, args: Args, found: list[Json], names: Mapping[str, Json], missing: Sequence[str]
) -> Result:
    total = sum(map(_saves, found))
    head = (
        f"Cloud Advisor proposes {counted(len(found), 'change')} ({args.status.lower()}), {total:,.2f} a month in all."
        if found
        else f"Cloud Advisor shows me nothing {args.status.lower()} here."
    )
    return Result(
        data={"total_a_month": round(total, 2), "proposals": [_json(where, one, names) for one in found]},
        digest=digest([head, *proved((_line(where, one, names) for one in found), PROVED)]),
        scope=where.scope("now"),
        evidence=tuple(Evidence(f"oci:{text_of(one, 'id')}#estimatedCostSaving", _name(one), f"{_saves(one):,.2f} a month") for one in found[:PROVED]),
        could_not_see=(*missing, *_unnamed(found, names), *((NO_CURRENCY,) if found else ())),
        tables=(Table("Cloud Advisor", COLUMNS, tuple((_name(one), where.path(one), _what(one, names), f"{_saves(one):,.2f}", action_of(one, _about(one, names)) or "none") for one in found[:TABLED]), len(found)),) if found else (),
        untrusted=True,
    )  # fmt: skip


def _json(where: Where, one: Json, names: Mapping[str, Json]) -> Json:
    return {"resource": text_of(one, "resourceId"), "name": text_of(one, "name"), "compartment": where.path(one),
            "proposal": _what(one, names), "saves_a_month": _saves(one), "action": action_of(one, _about(one, names)),
            "importance": text_of(_about(one, names), "importance")}  # fmt: skip


COST_ADVICE = Tool(
    name="cost_advice",
    summary="What Oracle's Cloud Advisor proposes to save, by resource, with its monthly estimate and the change of ours that does it.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=(
        "what does cloud advisor recommend?",
        "how could we save money?",
        "oracle's cost recommendations",
    ),
    cache_s=900,
    family="cost",
)

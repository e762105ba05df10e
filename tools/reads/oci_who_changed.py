"""Who changed what in Oracle Cloud? From its own audit, before and after."""

from __future__ import annotations

import json

from pydantic import Field

from tools.oracle.auditing import Deed, deeds
from tools.oracle.parts import Parts
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import TABLED, counted, digest, proved, short, token
from tools.reads.windows import Window, ago, start
from tools.spec import Call, Evidence, Json, Result, Table, Tool

SAID = 3  # changes that the answer itself tells
COLUMNS = ("when", "who", "did", "to", "in", "outcome", "from")
PROVED = 6  # changes that are evidence


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="part of the resource's name, or its OCID; left out: everything"
    )
    who: str | None = Field(None, max_length=200, description="part of the person's or principal's name")
    since: Window = Field("1d", description="how far back: 2h, 1d, 7d")
    limit: int = Field(40, ge=1, le=200)


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found, parts = await deeds(where, start(args.since, call.now), call.now, lambda deed: _fits(deed, args))
    return _result(call, args, where, found, parts)


def _fits(deed: Deed, args: Args) -> bool:
    wanted = (args.resource or "").lower()
    named = wanted in deed.resource_name.lower() or wanted == deed.resource.lower()
    return named and (args.who or "").lower() in deed.who.lower()


def _result(call: Call, args: Args, where: Where, found: list[Deed], parts: Parts[int]) -> Result:
    shown = found[: args.limit]
    people = sorted({deed.who for deed in found})
    about = f" of {token(args.resource, 'it')}" if args.resource else ""
    head = (
        f"{counted(len(found), 'change')}{about} by {counted(len(people), 'principal')} in the last {args.since}."
        if found
        else f"No changes{about} in the last {args.since}."
    )
    rest = [f"showing {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    return Result(
        data={
            "changes": [_json(where, deed) for deed in shown],
            "total": len(found),
            "said": [_said(deed) for deed in found[:SAID]],
        },
        digest=digest(
            [
                head,
                "Oracle's audit lags by minutes.",
                *rest,
                *proved((line(call, where, deed) for deed in shown), PROVED),
            ]
        ),
        scope=where.scope(args.since),
        evidence=tuple(evidence(deed) for deed in shown[:PROVED]),
        could_not_see=parts.could_not_see,
        tables=(
            Table("Changes", COLUMNS, tuple(_row(call, where, deed) for deed in found[:TABLED]), len(found)),
        )
        if shown
        else (),
        untrusted=True,
    )


def _said(deed: Deed) -> str:
    who = token(deed.who, "a principal with an unusual name")
    worked = "" if deed.worked else f", which failed with {deed.status}"
    return f"{token(deed.name, 'A change')} by {who} on {deed.at:%a %d %b at %H:%M} UTC{worked}."


def line(call: Call, where: Where, deed: Deed) -> str:
    when, who, did, what, place, outcome, origin = _row(call, where, deed)
    said = difference(deed)
    return f"{when}: {who} did {did} to {what} in {place} ({outcome}{f', from {origin}' if origin else ''}){f': {said}' if said else ''}"


def difference(deed: Deed) -> str:
    """What Oracle recorded of before and after."""
    if not deed.before and not deed.after:
        return ""
    before, after = (
        short(json.dumps(state, sort_keys=True, ensure_ascii=False), 300)
        for state in (deed.before, deed.after)
    )
    return f"{before} -> {after}" if deed.before else after


def evidence(deed: Deed) -> Evidence:
    value = f"{deed.at:%Y-%m-%d %H:%M} UTC by {token(deed.who, 'a principal with an unusual name')}"
    return Evidence(f"oci:{deed.resource or deed.compartment}#audit/{deed.id}", deed.name, value)


def _row(call: Call, where: Where, deed: Deed) -> tuple[str, ...]:
    return (
        f"{ago(deed.at, call.now)} ago",
        short(deed.who, 80),
        deed.name,
        short(deed.resource_name or deed.resource, 80),
        f"{where.tenancy.compartments.path(deed.compartment)}, {deed.region}",
        "worked" if deed.worked else f"failed {deed.status}",
        deed.address,
    )


def _json(where: Where, deed: Deed) -> Json:
    return {
        "at": deed.at.isoformat(),
        "did": deed.name,
        "who": deed.who,
        "resource": deed.resource,
        "name": deed.resource_name,
        "compartment": where.tenancy.compartments.path(deed.compartment),
        "region": deed.region,
        "status": deed.status,
        "address": deed.address,
        "before": deed.before,
        "after": deed.after,
    }


OCI_WHO_CHANGED = Tool(
    name="oci_who_changed",
    summary="Who changed what in Oracle Cloud, from its audit: person, action, resource, before and after.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("who changed the load balancer?", "what did erin do this week?"),
    cache_s=30,
)

"""What is paid for and not used, what it costs a month, and which change of ours would end it?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import chain
from typing import Final, Literal

from pydantic import Field

from tools.oracle.costs import money
from tools.oracle.idleness_balancers import idle_balancers
from tools.oracle.idleness_found import Ground, Looked, Unused, once
from tools.oracle.idleness_instances import idle_databases, idle_instances
from tools.oracle.idleness_storage import free_boot_volumes, free_volumes, old_backups
from tools.oracle.prices import usage
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.digest import counted, digest, listed, proved, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

PROVED, ROWS = 15, 40
COLUMNS = ("what", "name", "compartment", "why", "saves a month", "our change", "notes")
Kind = Literal["instance", "volume", "boot volume", "backup", "load balancer", "database"]


LOOKS: Final[Mapping[str, Callable[[Ground], Awaitable[Looked]]]] = {
    "volume": free_volumes,
    "boot volume": free_boot_volumes,
    "load balancer": idle_balancers,
    "database": idle_databases,
    "instance": idle_instances,
}


class Args(CloudArgs):
    days: int = Field(7, ge=2, le=30, description="how many days of metrics are looked at")
    kind: Kind | None = Field(None, description="only of this kind; left out: all of them")
    older_than_days: int = Field(90, ge=1, le=3_650, description="from which age on a backup is old")
    limit: int = Field(20, ge=1, le=100, description="things shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await usage(where, call.now)
    ground = Ground(where, found, call.now - timedelta(days=args.days), call.now)
    # One after the other: each asks every region and compartment at once, and Monitoring takes few calls a second.
    parts = [await look(ground) for kind, look in LOOKS.items() if args.kind in {None, kind}]
    if args.kind in {None, "backup"}:
        parts.append(await old_backups(ground, args.older_than_days))
    if all(part.failed for part in parts) and (error := parts[0].failed):
        raise error
    return _result(where, args, parts, ground)


def _result(where: Where, args: Args, parts: Sequence[Looked], ground: Ground) -> Result:
    every = sorted(chain(*(part.found for part in parts)), key=lambda one: one.order)
    shown = every[: args.limit]
    rest = [f"showing {len(shown)} of {len(every)}"] if len(every) > len(shown) else []
    unseen = _unseen(parts)
    gaps = [f"could not see: {'; '.join(unseen)}"] if unseen else []
    currency = ground.usage.currency
    return Result(
        data={
            "total_a_month": str(_total(every)), "currency": currency, "unknown": sum(one.cost.a_month is None for one in every),
            "things": [as_json(one) for one in shown], "total": len(every),
            "looked_at": {part.kind: part.looked for part in parts}, "too_young": {part.kind: part.young for part in parts if part.young},
            "not_measured": {part.kind: part.unmeasured for part in parts if part.unmeasured},
        },
        digest=digest([_head(args, every, currency), *_failed(parts), *proved(map(line, shown), PROVED), *rest, *_notes(parts), *gaps]),
        scope=where.scope(f"{args.days}d"),
        evidence=tuple(Evidence(one.ref, f"{one.kind} {_name(one)}", f"{one.why}; {saved(one)}") for one in shown[:PROVED]),
        could_not_see=unseen,
        tables=(Table("Not used", COLUMNS, tuple(map(_row, shown[:ROWS]))),) if shown else (),
        untrusted=True,
    )  # fmt: skip


def _total(found: Sequence[Unused]) -> Decimal:
    """What all of them cost a month; what has no price is not in it."""
    return -sum((one.cost.a_month or Decimal(0) for one in found), Decimal(0)).quantize(Decimal("0.01"))


def _head(args: Args, every: Sequence[Unused], currency: str) -> str:
    kind = args.kind or "thing"
    if not every:
        return f"I see no {kind} that is paid for and not used, in the last {args.days} days."
    unknown = sum(one.cost.a_month is None for one in every)
    gap = f", and {unknown} of unknown price" if unknown else ""
    return (
        f"{counted(len(every), kind)} paid for and not used: {money(_total(every), currency)} a month{gap}."
    )


def _failed(parts: Sequence[Looked]) -> list[str]:
    """What could not be looked at is not "none"."""
    names = [part.kind for part in parts if part.failed]
    return [f"Not looked at, because Oracle did not answer: {listed(names)}."] if names else []


def line(one: Unused) -> str:
    ours = (f"our change {one.action}",) if one.action else ()
    said = "; ".join((one.why, saved(one), *ours, *one.notes))
    return f"{one.kind} {_name(one)} ({one.place}, {one.region}): {said}"


def saved(one: Unused) -> str:
    """The money with where it comes from; an unknown price is said to be one."""
    if one.cost.a_month is None:
        return one.cost.told
    return f"saves {money(-one.cost.a_month, one.cost.currency)} a month, {one.cost.told}"


def _name(one: Unused) -> str:
    return token(one.name, "with an unusual name")


def _notes(parts: Sequence[Looked]) -> list[str]:
    young = [counted(part.young, part.kind) for part in parts if part.young]
    return [f"Too young to tell (made or quiet for less than a day): {listed(young)}."] if young else []


def _unseen(parts: Sequence[Looked]) -> tuple[str, ...]:
    blind = (f"whether {counted(part.unmeasured, part.kind)} did anything: not measured" for part in parts if part.unmeasured)  # fmt: skip
    return once((*chain(*(part.unseen for part in parts)), *blind))


def _row(one: Unused) -> tuple[str, ...]:
    amount = money(-one.cost.a_month, one.cost.currency) if one.cost.a_month is not None else "price unknown"
    return (one.kind, _name(one), one.place, one.why, amount, one.action or "none", "; ".join(one.notes))


def as_json(one: Unused) -> Json:
    return {
        "kind": one.kind, "id": one.id, "name": one.name, "compartment": one.place, "region": one.region, "why": one.why,
        "since": one.since.isoformat() if one.since else None, "action": one.action or None, "notes": list(one.notes),
        "saves_a_month": None if one.cost.a_month is None else f"{-one.cost.a_month:.2f}", "currency": one.cost.currency,
        "source": "unknown" if one.cost.a_month is None else one.cost.source, "price": one.cost.told, "usage": one.cost.ref,
    }  # fmt: skip


COST_IDLE = Tool(
    name="cost_idle",
    summary="What is paid for and not used in Oracle Cloud: idle instances, databases, load balancers, unattached volumes, old backups, with money and our change.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=(
        "what is idle and costs money?",
        "what would save money?",
        "what are we paying for that nobody uses?",
        "which databases do nothing?",
        "unused load balancers in oci",
    ),
    deadline_s=30.0,
    cache_s=900,
    family="cost",
)

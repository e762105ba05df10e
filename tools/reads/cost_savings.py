"""What have our changes saved? The ledger: each change that lowered a cost, its figure and where that came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from pydantic import Field

from tools.errors import GiveUp
from tools.marks import mark
from tools.oracle.costs import DAY, money
from tools.oracle.prices import A_MONTH
from tools.own import Saved
from tools.reads.digest import TABLED, digest, short
from tools.reads.windows import OurWindow, start
from tools.spec import Args as Base
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

COLUMNS = ("since (UTC)", "what", "asked by", "saves a month", "where the figure comes from", "now")
OUTSIDE = "what others changed outside of this bot since is not looked at"


class Args(Base):
    since: OurWindow = "365d"
    limit: int = Field(20, ge=1, le=100)


async def run(call: Call, args: Args) -> Result:
    if call.clients.own is None:
        raise GiveUp("no record of our own changes is kept here", "audit")
    found = await call.clients.own.savings(call.workspace, start(args.since, call.now), call.now)
    seen = [one for one in found if call.cloud_reach.compartment(one.target.compartment)]
    return _result(call, args, seen)


def _result(call: Call, args: Args, found: list[Saved]) -> Result:
    shown = found[: args.limit]
    rest = [f"showing the newest {len(shown)} of {len(found)}"] if len(found) > len(shown) else []
    lines = [f"{_line(one, call)}{mark(at)}" for at, one in enumerate(shown, 1)]
    return Result(
        data={
            "a_month": {currency: str(sums[0]) for currency, sums in _sums(found, call).items()},
            "so_far": {currency: str(sums[1]) for currency, sums in _sums(found, call).items()},
            "entries": [_json(one) for one in shown],
            "total": len(found),
        },
        digest=digest([*_head(call, args, found), *lines, *rest]),
        scope=Scope(since=args.since),
        evidence=tuple(Evidence(f"audit:{one.seq}", short(one.title, 80), _figure(one)) for one in shown),
        could_not_see=(OUTSIDE,) if found else (),
        tables=(Table("Savings", COLUMNS, tuple(map(_row, found[:TABLED])), len(found)),) if shown else (),
    )


def _head(call: Call, args: Args, found: list[Saved]) -> list[str]:
    if not found:
        return [f"No change of the last {args.since} that I made lowers a cost."]
    holding = [one for one in found if one.ended_at is None]
    sums = _sums(found, call)
    told = [
        f"{len(holding)} of {len(found)} changes still save {money(month, currency)} a month, {money(total, currency)} so far."
        for currency, (month, total) in sums.items()
    ]
    guessed = sum(one.saving.source == "estimate" for one in holding)
    unknown = sum(one.saving.source == "unknown" for one in found)
    notes = [f"{guessed} of these are estimates."] if guessed else []
    notes += [f"Of {unknown} it is not known what they save: they are not counted."] if unknown else []
    return [*(told or [f"{len(found)} changes lower a cost; of none it is known by how much."]), *notes]


def _sums(found: Iterable[Saved], call: Call) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency: what is saved a month from now on, and what was saved up to now, also by what was taken back."""
    sums: dict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for one in found:
        if one.saving.source != "unknown":
            month, total = sums[one.saving.currency]
            still = one.saving.amount if one.ended_at is None else Decimal(0)
            sums[one.saving.currency] = (month + still, total + _so_far(one, call))
    return dict(sums)


def _so_far(one: Saved, call: Call) -> Decimal:
    days = Decimal(str(((one.ended_at or call.now) - one.at) / DAY))
    return max(Decimal(0), one.saving.amount / A_MONTH * days).quantize(Decimal("0.01"))


def _figure(one: Saved) -> str:
    if one.saving.source == "unknown":
        return "not known"
    about = "estimated " if one.saving.source == "estimate" else ""
    return f"{about}{money(one.saving.amount, one.saving.currency)} a month"


def _state(one: Saved) -> str:
    return f"taken back {one.ended_at:%Y-%m-%d %H:%M} by {one.ended_by}" if one.ended_at else "holds"


def _line(one: Saved, call: Call) -> str:
    total = f", {money(_so_far(one, call), one.saving.currency)} so far" if one.saving.a_month else ""
    return f"{one.at:%Y-%m-%d}: {short(one.title, 100)}, {_figure(one)}{total} ({one.saving.told}): {_state(one)} ({one.plan})."


def _row(one: Saved) -> tuple[str, ...]:
    return (
        f"{one.at:%Y-%m-%d}",
        short(one.title, 80),
        one.requester,
        _figure(one),
        one.saving.told,
        _state(one),
    )


def _json(one: Saved) -> Json:
    return {
        "plan": one.plan, "title": one.title, "target": str(one.target), "requester": one.requester, "audit": one.seq,
        "at": one.at.isoformat(), "ended_by": one.ended_by, "ended_at": one.ended_at.isoformat() if one.ended_at else "",
        "saving": one.saving.model_dump(mode="json", exclude={"open"}),
    }  # fmt: skip


COST_SAVINGS = Tool(
    name="cost_savings",
    summary="What changes made by this bot save a month, each with its figure, its source, and whether it was taken back.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what have we saved?", "show the savings ledger"),
)

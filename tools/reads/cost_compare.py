"""Did Oracle Cloud cost more than before? The last whole day, week or month against the one before, by any dimension."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from tools.marks import mark
from tools.oracle.costs import DAY, DIMENSIONS, TAG, Costs, costs, midnight, money
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.cost_spans import Pair, Unit, change, differences, pair_of, sums
from tools.reads.cost_summary import age, shown
from tools.reads.digest import TABLED, counted, digest, token
from tools.spec import Call, Evidence, Json, Result, Table, Tool

By = Literal["service", "compartment", "region", "resource", "sku", "tag"]
REACH = {"day": 10, "week": 24, "month": 96}  # days that are read
TOLD = 12


class Args(CloudArgs):
    unit: Unit = Field("week", description="day, week (Monday to Sunday) or month against the one before")
    by: By = Field("service", description="what to compare by")
    tag: str = Field("", max_length=200, pattern=r"^$|^[^.]+\.[^.]+$",
                     description="defined tag as namespace.key, e.g. Ops.CostCenter; needed with by=tag")  # fmt: skip

    @model_validator(mode="after")
    def tag_is_named(self) -> Args:
        if (self.by == "tag") != bool(self.tag):
            raise ValueError("by=tag and tag=namespace.key belong together")
        return self


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    dimensions = [] if args.by == "tag" else [args.by]
    found = await costs(where, call.now, REACH[args.unit], dimensions, tag=args.tag)
    return _result(where, args, found, pair_of(args.unit, min(found.open_from, midnight(call.now))))


def _result(where: Where, args: Args, found: Costs, pair: Pair) -> Result:
    name = TAG if args.by == "tag" else DIMENSIONS[args.by]
    now, before = (sums(found, name, *span) for span in ((pair.start, pair.end), (pair.before, pair.start)))
    rows = [(_called(where, args, key), one, two) for key, one, two in differences(now, before)]
    total, past = sum(now.values(), Decimal(0)), sum(before.values(), Decimal(0))
    moved = [one for one in rows if one[1] != one[2]]
    lines = [
        f"{what}: {money(one, found.currency)}, {change(one, two, found.currency)}"
        for what, one, two in moved[:TOLD]
    ]
    rest = [f"and {counted(len(moved) - TOLD, 'smaller difference')}"] if len(moved) > TOLD else []
    return Result(
        data=_data(args, found, pair, (total, past), rows),
        digest=digest([_head(found, pair, total, past), *_fair(found, pair, total, past), age(found), *lines, *rest]),
        scope=where.scope(f"last whole {args.unit}"),
        evidence=_evidence(where, found, pair, total, past),
        could_not_see=(age(found),),
        tables=(Table(f"Cost by {args.by}", (args.by, "now", "before", "change"),
                      tuple((w, money(o, found.currency), money(t, found.currency), change(o, t, found.currency)) for w, o, t in rows[:TABLED]), len(rows)),) if rows else (),
        untrusted=args.by in {"compartment", "resource", "tag"},
    )  # fmt: skip


def _called(where: Where, args: Args, key: str) -> str:
    if key == "without":
        return "without this tag" if args.by == "tag" else "without"
    return token(key, "an unusual value") if args.by == "tag" else shown(where, args.by, key)


def _head(found: Costs, pair: Pair, total: Decimal, past: Decimal) -> str:
    return (
        f"{_span(pair.start, pair.end)}: {money(total, found.currency)}{mark(1)}, against {_span(pair.before, pair.start)}: "
        f"{money(past, found.currency)}{mark(2)}: {change(total, past, found.currency)}."
    )


def _fair(found: Costs, pair: Pair, total: Decimal, past: Decimal) -> list[str]:
    """Months have unlike numbers of days: what a day cost says more than their sums."""
    days, earlier = pair.days
    if days == earlier:
        return []
    each, was = total / days, past / earlier
    return [f"a day: {money(each, found.currency)} in {days} days, {money(was, found.currency)} in {earlier} days"
            f" ({100 * (each - was) / was:+.0f}%)." if was else "the month before has no costs"]  # fmt: skip


def _span(start: datetime, end: datetime) -> str:
    last = end - DAY
    return f"{start:%a %d %b}" if last == start else f"{start:%a %d %b} to {last:%a %d %b}"


def _evidence(where: Where, found: Costs, pair: Pair, total: Decimal, past: Decimal) -> tuple[Evidence, ...]:
    spans = ((pair.start, pair.end, total), (pair.before, pair.start, past))
    return tuple(
        Evidence(
            f"oci:{where.tenancy.id}#usage/all/{start:%Y-%m-%d}..{end:%Y-%m-%d}",
            _span(start, end),
            money(sum_, found.currency),
        )
        for start, end, sum_ in spans
    )


def _data(
    args: Args,
    found: Costs,
    pair: Pair,
    totals: tuple[Decimal, Decimal],
    rows: list[tuple[str, Decimal, Decimal]],
) -> Json:
    return {
        "unit": args.unit, "by": args.by, "currency": found.currency, "total": str(totals[0]), "before": str(totals[1]),
        "start": pair.start.date().isoformat(), "end": pair.end.date().isoformat(),
        "before_start": pair.before.date().isoformat(), "days": list(pair.days),
        "groups": {what: {"now": str(one), "before": str(two)} for what, one, two in rows},
        "complete_until": found.open_from.date().isoformat(),
    }  # fmt: skip


COST_COMPARE = Tool(
    name="cost_compare",
    summary="Oracle Cloud cost of the last whole day, week or month against the one before, by service, compartment, tag, region, SKU or resource.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("did we spend more last month than the month before?", "compare this week by cost center", "which SKU grew?"),
    cache_s=3600,
    family="cost",
)  # fmt: skip

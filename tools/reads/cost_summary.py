"""What does Oracle Cloud cost, by service, compartment, region, resource or SKU, day by day?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from tools.oracle.costs import DAY, DIMENSIONS, Costs, costs, midnight, money
from tools.oracle.jumps import Jump, jumps
from tools.oracle.where import CloudArgs, Where, find
from tools.reads.cost_periods import Compared, Groups, Period, Span, as_json, compared, span_of
from tools.reads.cost_periods import evidence as period_evidence
from tools.reads.cost_periods import lines as period_lines
from tools.reads.digest import TABLED, digest, proved, token
from tools.spec import Call, Chart, Evidence, Result, Series, Table, Tool

DRAWN = 5  # series of the chart; the rest is added up
PROVED = 6  # groups that are evidence
BEFORE = 28  # days read before those that are shown: what is usual
STEPS = 3
Group = Literal["service", "compartment", "region", "resource", "sku"]


class Args(CloudArgs):
    days: int = Field(14, ge=2, le=90, description="how many days back")
    by: Group = Field("service", description="what to add up by")
    period: Period | None = Field(
        None,
        description="a calendar week (from Monday) or month in the place of days, against the one before",
    )


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    span = span_of(args.period, call.now) if args.period else None
    back = (midnight(call.now) + DAY - span.before).days if span else args.days
    known = await costs(where, call.now, back + BEFORE, [args.by])
    return await asyncio.to_thread(
        _told, args, where, known, span
    )  # months of dozens of services: a tenth of a second


def _told(args: Args, where: Where, known: Costs, span: Span | None) -> Result:
    found = known.between(span.start, span.end) if span else known.last(args.days)
    every = _groups(where, args, known)
    summed = Summed(
        found,
        _groups(where, args, found),
        _steps(every, known, found),
        compared(span, known, every) if span else None,
    )
    return _result(args, where, summed)


@dataclass(frozen=True, slots=True)
class Summed:
    """The days that are shown, by group, with the steps in them; against the like days before where a period was asked."""

    costs: Costs
    groups: Groups
    steps: list[Jump]
    against: Compared | None = None

    def facts(self, where: Where) -> tuple[Evidence, ...]:
        """What the lines are marked by: the comparison, the steps, the dearest groups."""
        compares = period_evidence(where, self.against, self.costs.currency) if self.against else ()
        steps = (_step_evidence(where, step, self.costs.currency) for step in self.steps)
        dear = (evidence(where, self.costs, name, days) for name, days in list(self.groups.items())[:PROVED])
        return (*compares, *steps, *dear)


def _groups(where: Where, args: Args, found: Costs) -> Groups:
    return {shown(where, args.by, key): days for key, days in found.by(DIMENSIONS[args.by]).items()}


def _steps(every: Groups, known: Costs, found: Costs) -> list[Jump]:
    """Steps within the days that are shown, judged by what is known of the weeks before; never on a day that may still grow."""
    closed = [day for day in known.days if day < known.open_from]
    return [step for step in jumps(every, closed) if found.start <= step.day < found.end][:STEPS]


def _step_evidence(where: Where, step: Jump, currency: str) -> Evidence:
    ref = f"oci:{where.tenancy.id}#usage/{step.key}/{step.day:%Y-%m-%d}"
    value = f"{money(step.before, currency)} a day before, {money(step.after, currency)} from {step.day:%a %d %b} on"
    return Evidence(ref, f"{step.key}: jump", value)


def shown(where: Where, by: str, key: str) -> str:
    """A compartment by its path; texts of others only when they are plain words."""
    if by == "compartment":
        return where.tenancy.compartments.path(key)
    return key if by in {"sku", "service"} else token(key, "an unusual name")


def _result(args: Args, where: Where, summed: Summed) -> Result:
    found, groups, steps, against = summed.costs, summed.groups, summed.steps, summed.against
    total = sum((row.amount for row in found.rows), Decimal(0))
    first = 3 if against else 1
    lines = [
        *(period_lines(against, found.currency) if against else []),
        f"{money(total, found.currency)} from {found.start:%a %d %b} to {found.end - DAY:%a %d %b} by {args.by}, {len(groups)} of them.",
        age(found),
        *proved((told(step, found.currency) for step in steps), STEPS, first),
        *proved(
            (_line(name, days, total, found) for name, days in groups.items()), PROVED, first + len(steps)
        ),
    ]
    return Result(
        data={
            "currency": found.currency,
            "total": str(total),
            "by": args.by,
            "groups": {name: {day.date().isoformat(): str(amount) for day, amount in days.items()} for name, days in groups.items()},
            "jumps": [{"key": s.key, "day": s.day.date().isoformat(), "before": str(s.before), "after": str(s.after)} for s in steps],
            "complete_until": found.open_from.date().isoformat(),
            "compared": as_json(against) if against else None,
        },
        digest=digest(lines),
        scope=where.scope(args.period.replace("_", " ") if args.period else f"{args.days} days"),
        evidence=summed.facts(where),
        could_not_see=(age(found),),
        charts=(drawn(f"Cost by {args.by}", found, groups),) if groups else (),
        tables=(Table(f"Cost by {args.by}", (args.by, "sum", "share", "a day"), _rows(found, groups, total), len(groups)),) if groups else (),
        untrusted=args.by in {"compartment", "resource"},
    )  # fmt: skip


def age(found: Costs) -> str:
    if found.latest is None:
        return "no usage is known for these days"
    return f"days from {found.open_from:%a %d %b} on are not complete yet: Oracle delivers usage up to two days late"


def told(step: Jump, currency: str) -> str:
    return (
        f"{step.key}: from {money(step.before, currency)} to {money(step.after, currency)} a day on {step.day:%a %d %b}, "
        f"{money(step.more, currency)} more"
    )


def evidence(where: Where, found: Costs, name: str, days: Mapping[datetime, Decimal]) -> Evidence:
    ref = f"oci:{where.tenancy.id}#usage/{name}/{found.start:%Y-%m-%d}..{found.end:%Y-%m-%d}"
    return Evidence(ref, name, money(sum(days.values(), Decimal(0)), found.currency))


def drawn(title: str, found: Costs, groups: Groups) -> Chart:
    """The dearest as they are, the rest as one; a bar a day."""
    names = list(groups)
    kept = names if len(names) <= DRAWN + 1 else names[:DRAWN]
    series = [Series(name, tuple(_points(found, groups[name]))) for name in kept]
    if rest := [groups[name] for name in names if name not in kept]:
        sums = zip(*(list(_points(found, one)) for one in rest), strict=True)
        series.append(Series("others", tuple(sum(values) for values in sums)))
    days = tuple(f"{day:%d %b}" for day in found.days)
    dearest = names[0]
    note = f"{title}: {dearest} is the dearest with {money(sum(groups[dearest].values(), Decimal(0)), found.currency)}"
    return Chart(title, "bar", found.currency, days, tuple(series), note)


def _points(found: Costs, days: Mapping[datetime, Decimal]) -> list[float]:
    return [round(float(days.get(day, Decimal(0))), 2) for day in found.days]


def _line(name: str, days: Mapping[datetime, Decimal], total: Decimal, found: Costs) -> str:
    amount = sum(days.values(), Decimal(0))
    share = f" ({100 * amount / total:.0f}%)" if total else ""
    return f"{name}: {money(amount, found.currency)}{share}"


def _rows(found: Costs, groups: Groups, total: Decimal) -> tuple[tuple[str, ...], ...]:
    closed = sum(day < found.open_from for day in found.days) or 1
    rows = []
    for name, days in list(groups.items())[:TABLED]:
        amount = sum(days.values(), Decimal(0))
        settled = sum((value for day, value in days.items() if day < found.open_from), Decimal(0))
        share = f"{100 * amount / total:.0f}%" if total else ""
        rows.append((name, money(amount, found.currency), share, money(settled / closed, found.currency)))
    return tuple(rows)


COST_SUMMARY = Tool(
    name="cost_summary",
    summary="Oracle Cloud cost by service, compartment, region, resource or SKU, day by day, with jumps and the data's age.",
    permission="cost:read",
    args=Args,
    run=run,
    examples=("what did we spend last week?", "cost by compartment over 30 days", "this week against last"),
    cache_s=3600,
    family="cost",
)

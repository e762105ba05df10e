"""Calendar weeks and months of cost, each against the one before, by the days that are complete in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from tools.marks import mark
from tools.oracle.costs import DAY, Costs, midnight, money
from tools.oracle.where import Where
from tools.reads.digest import listed
from tools.spec import Evidence, Json

Period = Literal["this_week", "last_week", "this_month", "last_month"]
Groups = Mapping[str, Mapping[datetime, Decimal]]
DIFFERENCES = 3  # groups whose difference is told


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to before `end`; `before` is where the like span ahead of it begins. Weeks begin on Monday, in UTC."""

    name: Period
    before: datetime
    start: datetime
    end: datetime

    @property
    def words(self) -> str:
        return self.name.replace("_", " ")

    def closed(self, found: Costs) -> int:
        """Its days whose costs are complete, and that the span before it has too."""
        last = min(self.end, found.open_from)
        return max(0, min((last - self.start).days, (self.start - self.before).days))


def span_of(name: Period, now: datetime) -> Span:
    today = midnight(now)
    if name.endswith("week"):
        monday = today - today.weekday() * DAY
        start = monday if name == "this_week" else monday - 7 * DAY
        return Span(name, start - 7 * DAY, start, min(start + 7 * DAY, today + DAY))
    first = today.replace(day=1)
    start = first if name == "this_month" else _month_before(first)
    end = today + DAY if name == "this_month" else first
    return Span(name, _month_before(start), start, end)


def _month_before(first: datetime) -> datetime:
    return (first - timedelta(days=1)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """The first `days` days of the span, and as many of the one before; money by group in both."""

    span: Span
    days: int
    now: Mapping[str, Decimal]
    before: Mapping[str, Decimal]

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        return sum(self.now.values(), Decimal(0)), sum(self.before.values(), Decimal(0))

    def differences(self) -> list[tuple[str, Decimal]]:
        """By group, the largest first whichever way it goes."""
        names = {*self.now, *self.before}
        found = [(name, self.now.get(name, Decimal(0)) - self.before.get(name, Decimal(0))) for name in names]
        return sorted((one for one in found if one[1]), key=lambda one: (-abs(one[1]), one[0]))


def compared(span: Span, known: Costs, groups: Groups) -> Compared | None:
    """None while no day of the span is complete: nothing is judged by half days."""
    days = span.closed(known)
    if not days:
        return None
    return Compared(span, days, _sums(groups, span.start, days), _sums(groups, span.before, days))


def _sums(groups: Groups, start: datetime, days: int) -> dict[str, Decimal]:
    end = start + days * DAY
    return {
        name: sum((value for day, value in series.items() if start <= day < end), Decimal(0))
        for name, series in groups.items()
    }


def lines(found: Compared, currency: str) -> list[str]:
    """The sums, the change in per cent, and what it comes from; marked as evidence 1 and 2."""
    now, before = found.totals
    share = (
        f", {abs(100 * (now - before) / before):.0f}% {'more' if now >= before else 'less'}" if before else ""
    )
    parts = [
        f"{name} {'+' if more > 0 else '-'}{money(abs(more), currency)}" for name, more in found.differences()
    ]
    head = f"{_called(found.span.words, found.days, found.span.start)}: {money(now, currency)}{mark(1)}"
    past = f"the like days before: {money(before, currency)}{mark(2)}{share}."
    return [f"{head}; {past}", *([f"difference by: {listed(parts, DIFFERENCES)}"] if parts else [])]


def _called(words: str, days: int, start: datetime) -> str:
    last = start + (days - 1) * DAY
    return f"{words}, {start:%a %d %b} to {last:%a %d %b}" + (
        " (complete days)" if days < 28 and days != 7 else ""
    )


def evidence(where: Where, found: Compared, currency: str) -> tuple[Evidence, ...]:
    sums = zip(
        ("", "the like days before "), (found.span.start, found.span.before), found.totals, strict=True
    )
    return tuple(
        Evidence(
            f"oci:{where.tenancy.id}#usage/all/{start:%Y-%m-%d}..{start + found.days * DAY:%Y-%m-%d}",
            f"{words}{found.span.words}".strip(),
            money(total, currency),
        )
        for words, start, total in sums
    )


def as_json(found: Compared) -> Json:
    now, before = found.totals
    return {
        "period": found.span.name, "start": found.span.start.date().isoformat(), "days": found.days,
        "before_start": found.span.before.date().isoformat(), "total": str(now), "before": str(before),
        "differences": {name: str(more) for name, more in found.differences()},
    }  # fmt: skip

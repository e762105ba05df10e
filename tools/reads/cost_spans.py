"""The last whole day, week and month of cost, and the one before each: whole means that no day of it may still grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tools.oracle.costs import DAY, Costs, money

Unit = Literal["day", "week", "month"]
Sums = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Pair:
    """From `start` to before `end`, against `before` to before `start`. Weeks begin on Monday; all in UTC."""

    unit: Unit
    before: datetime
    start: datetime
    end: datetime

    @property
    def days(self) -> tuple[int, int]:
        """How many days the two have: months differ."""
        return (self.end - self.start).days, (self.start - self.before).days


def pair_of(unit: Unit, open_from: datetime) -> Pair:
    """The last one that ended before `open_from`, the first day whose costs may still grow."""
    if unit == "day":
        return Pair(unit, open_from - 2 * DAY, open_from - DAY, open_from)
    if unit == "week":
        end = open_from - open_from.weekday() * DAY
        return Pair(unit, end - 14 * DAY, end - 7 * DAY, end)
    end = open_from.replace(day=1)
    start = (end - DAY).replace(day=1)
    return Pair(unit, (start - DAY).replace(day=1), start, end)


def sums(found: Costs, name: str, start: datetime, end: datetime) -> dict[str, Decimal]:
    """Money by the values of one dimension."""
    return {key: sum(days.values(), Decimal(0)) for key, days in found.between(start, end).by(name).items()}


def differences(now: Sums, before: Sums) -> list[tuple[str, Decimal, Decimal]]:
    """`(what, now, before)`, the largest difference first whichever way it goes."""
    every = [(key, now.get(key, Decimal(0)), before.get(key, Decimal(0))) for key in {*now, *before}]
    return sorted(every, key=lambda one: (-abs(one[1] - one[2]), one[0]))


def change(now: Decimal, before: Decimal, currency: str) -> str:
    """`+12.00 USD (+8%)`, `new`, `the same`."""
    if now == before:
        return "the same"
    more = now - before
    share = f" ({100 * more / before:+.0f}%)" if before else " (new)"
    return f"{'+' if more > 0 else '-'}{money(abs(more), currency)}{share}"

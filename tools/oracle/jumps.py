"""Where a daily cost stepped up: against the same weekdays before, by the median, so that one odd day makes no jump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

WEEKS = 4  # how far the usual level of a weekday looks back
NOISE = 4  # a jump is so many times what the days usually differ by
LEAST = Decimal("0.05")  # and at least this part of a usual day's whole bill
KNOWN = 3  # days whose difference must be known
WEEK = 7
Days = Mapping[datetime, Decimal]
Values = Sequence[Decimal]  # a day each, without a gap


@dataclass(frozen=True, slots=True)
class Jump:
    """`key` cost `before` a day and `after` from `day` on, for `days` known days; the first of several is left out of `after`."""

    key: str
    day: datetime
    before: Decimal
    after: Decimal
    days: int = 1

    @property
    def more(self) -> Decimal:
        return self.after - self.before


def usual(values: Values, at: int) -> Decimal | None:
    """The median of the same weekday in the weeks before, of all seven days while there is only one such week.

    None when less than a week is known.
    """
    if at < WEEK:
        return None
    same = values[at - WEEK :: -WEEK][:WEEKS]
    return median(same if len(same) >= 2 else values[at - WEEK : at])


def spread(differences: Sequence[Decimal | None], at: int) -> Decimal | None:
    """How much a day usually differs from its usual level, in the three weeks before; None when too few days tell."""
    known = [one for one in differences[max(0, at - 3 * WEEK) : at] if one is not None]
    return median(known) if len(known) >= KNOWN else None


def jumps(groups: Mapping[str, Days], days: Sequence[datetime]) -> list[Jump]:
    """The steps up on these days, which follow each other, the largest first; a day that a series says nothing of cost nothing."""
    filled = {key: [series.get(day, Decimal(0)) for day in days] for key, series in groups.items()}
    bills = [sum(values, Decimal(0)) for values in zip(*filled.values(), strict=True)]
    whole = [usual(bills, at) or Decimal(0) for at in range(len(bills))]
    found = [
        Jump(key, days[at], level, median(run[1:]) if len(run) > 1 else run[0], len(run))
        for key, values in filled.items()
        for at, level, run in _steps(values, whole)
    ]
    return sorted(found, key=lambda jump: -jump.more)


def _steps(values: Values, bills: Values) -> Iterator[tuple[int, Decimal, Values]]:
    """Days in a row that are above what was usual before the first of them are one step. `bills`: what a day usually costs in all."""
    levels = [usual(values, at) for at in range(len(values))]
    differences = [
        None if level is None else abs(value - level) for value, level in zip(values, levels, strict=True)
    ]
    at = 0
    while at < len(values):
        level, noise = levels[at], spread(differences, at)
        least = max(NOISE * (noise or Decimal(0)), LEAST * bills[at])
        if level is None or noise is None or values[at] - level <= least:
            at += 1
            continue
        run = [values[at]]
        while at + len(run) < len(values) and values[at + len(run)] - level > least:
            run.append(values[at + len(run)])
        yield at, level, run
        at += len(run)

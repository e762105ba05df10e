"""Where a daily cost stepped up: against the same weekdays before, by the median, so that one odd day makes no jump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

WEEKS = 4  # how far the usual level of a weekday looks back
NOISE = 4  # a jump is so many times what the days usually differ by
LEAST = Decimal("0.05")  # and at least this part of a usual day's whole bill
KNOWN = 3  # days whose difference must be known
DAY = timedelta(days=1)
Days = Mapping[datetime, Decimal]


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


def usual(series: Days, day: datetime) -> Decimal | None:
    """The median of the same weekday in the weeks before, of all seven days while there is only one such week.

    None when less than a week is known.
    """
    if day - 7 * DAY not in series:
        return None
    same = [series[then] for n in range(1, WEEKS + 1) if (then := day - 7 * n * DAY) in series]
    if len(same) >= 2:
        return median(same)
    return median(series[then] for n in range(1, 8) if (then := day - n * DAY) in series)


def spread(differences: Days, before: datetime) -> Decimal | None:
    """How much a day usually differs from its usual level, in the three weeks before; None when too few days tell."""
    known = [differences[then] for n in range(1, 22) if (then := before - n * DAY) in differences]
    return median(known) if len(known) >= KNOWN else None


def _levels(series: Days) -> dict[datetime, Decimal]:
    """What each day usually costs, where that is known."""
    return {day: level for day in series if (level := usual(series, day)) is not None}


def jumps(groups: Mapping[str, Days], days: Sequence[datetime]) -> list[Jump]:
    """The steps up on these days, the largest first; a day that a series says nothing of cost nothing there."""
    filled = {key: {day: series.get(day, Decimal(0)) for day in days} for key, series in groups.items()}
    bills = {day: sum((one[day] for one in filled.values()), Decimal(0)) for day in days}
    whole = _levels(bills)
    found = [jump for key, series in filled.items() for jump in _of(key, series, whole)]
    return sorted(found, key=lambda jump: -jump.more)


def _of(key: str, series: Days, bills: Days) -> Iterator[Jump]:
    """Days in a row that are above what was usual before the first of them are one step. `bills`: what a day usually costs in all."""
    levels = _levels(series)
    differences = {day: abs(series[day] - level) for day, level in levels.items()}
    day, last = min(series), max(series)
    while day <= last:
        level, noise = levels.get(day), spread(differences, day)
        least = max(NOISE * (noise or Decimal(0)), LEAST * bills.get(day, Decimal(0)))
        if level is None or noise is None or series[day] - level <= least:
            day += DAY
            continue
        run = [series[day]]
        while day + len(run) * DAY <= last and series[day + len(run) * DAY] - level > least:
            run.append(series[day + len(run) * DAY])
        yield Jump(key, day, level, median(run[1:]) if len(run) > 1 else run[0], len(run))
        day += len(run) * DAY

"""What Oracle Cloud will cost: the Usage API's own forecast, and ours from complete days with its weekly season."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final

from tools.oracle.anomalies import weekday_parts
from tools.oracle.costs import DAY, Costs
from tools.oracle.where import Where, text_of
from tools.spec import Json
from tools.statistics.robust import TooLittle, quantile

WEEK: Final = 7
SEASON: Final = 8 * WEEK
LEVEL: Final = 10  # days whose median is the level: fewer follow noise, more are late after a step
LEAST: Final = 4 * WEEK  # days from which it is tried on its own past
TRIES: Final = 5
SURE: Final = 0.9  # part of the tries whose truth lay in the interval


@dataclass(frozen=True, slots=True)
class Outlook:
    """Ours: money for each of `days`, the first of which may have begun already.

    `part` is how far off the sum may be, as a part of it, nine times of ten; `error` and `naive` are the middle errors of such
    sums in `tries` of its own past: of this, and of the last week once more.
    """

    days: tuple[datetime, ...]
    values: tuple[float, ...]
    part: float
    error: float
    naive: float
    tries: int

    def total(self, start: datetime) -> tuple[float, float, float]:
        """`(low, middle, high)` of the days from `start`."""
        middle = sum(value for day, value in zip(self.days, self.values, strict=True) if day >= start)
        return max(0.0, middle * (1 - self.part)), middle, middle * (1 + self.part)


def foretold(values: Sequence[float], ahead: int) -> list[float]:
    """The days after these: the level of the last ones, by weekday."""
    parts = weekday_parts(values[-SEASON:], len(values))
    level = median(value / parts[at % WEEK] for at, value in list(enumerate(values))[-LEVEL:])
    return [level * parts[(len(values) + n) % WEEK] for n in range(ahead)]


def repeated(values: Sequence[float], ahead: int) -> list[float]:
    """The last week once more, and again: what every forecast must beat."""
    return [values[len(values) - WEEK + n % WEEK] for n in range(ahead)]


def tried(
    values: Sequence[float], ahead: int, method: Callable[[Sequence[float], int], list[float]]
) -> list[float]:
    """By which part of the truth the sum of `ahead` days was off, from every place of the past, with what was known there alone."""
    found = []
    for origin in range(LEAST, len(values) - ahead + 1):
        truth = sum(values[origin : origin + ahead])
        if truth > 0:
            found.append(abs(sum(method(values[:origin], ahead)) - truth) / truth)
    return found


def by_day(found: Costs) -> dict[datetime, Decimal]:
    sums: dict[datetime, Decimal] = defaultdict(Decimal)
    for row in found.rows:
        sums[row.day] += row.amount
    return dict(sums)


def ours(found: Costs, end: datetime) -> Outlook:
    """From the first day that may still grow to before `end`. Raises TooLittle, which says how much past it takes."""
    known = by_day(found)
    closed = [day for day in found.days if day < found.open_from and known and day >= min(known)]
    ahead = (end - found.open_from).days
    values = [float(known.get(day, 0)) for day in closed]
    need = LEAST + ahead + TRIES
    off = sorted(tried(values, ahead, foretold)) if len(values) >= need else []
    if len(off) < TRIES:
        raise TooLittle(f"a forecast of {ahead} days", len(values), need)
    days = tuple(found.open_from + n * DAY for n in range(ahead))
    naive = median(tried(values, ahead, repeated))
    return Outlook(days, tuple(foretold(values, ahead)), quantile(off, SURE), median(off), naive, len(off))


async def oracles(where: Where, today: datetime, end: datetime) -> tuple[Decimal, str] | None:
    """The Usage API's forecast from `today` to before `end` with its currency; None where it has none. Raises as Oracle refuses."""
    asked: Json = {
        "tenantId": where.tenancy.id,
        "granularity": "DAILY",
        "queryType": "COST",
        "timeUsageStarted": today - 30 * DAY,
        "timeUsageEnded": today,
        "groupBy": ["compartmentId"],
        "forecast": {"forecastType": "BASIC", "timeForecastStarted": today, "timeForecastEnded": end},
    }
    listing = await where.api.listing(
        "usage",
        "request_summarized_usages",
        region=where.tenancy.home,
        request_summarized_usages_details=asked,
    )
    rows = [one for one in listing.items if one.get("isForecast") and where.covers(one)]
    currencies = {text_of(one, "currency").strip() for one in rows} - {""}
    if not rows or len(currencies) > 1:
        return None
    total = sum((Decimal(str(one.get("computedAmount") or 0)) for one in rows), Decimal(0))
    return total, next(iter(currencies), "")

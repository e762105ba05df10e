"""Whether a series rises or falls, by Theil and Sen: the median of all slopes, with the interval that Kendall's statistic gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tools.statistics.robust import TooLittle, Values, known, quantile, spread
from tools.statistics.seasons import season

NEED = 12
BUCKETS = 60  # neighbours are alike, and many alike would prove what few do not
SURE = 1.96  # standard deviations around 95 of 100


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` a step lies in `low` to `high` with 95 %; `change` is what it makes of the whole window, `noise` how much values stray around it."""

    slope: float
    low: float
    high: float
    change: float
    noise: float
    length: int  # of the season that was taken out, 1 for none

    @property
    def clear(self) -> bool:
        """It does not stand still, and moves by more than the values stray anyhow."""
        return (self.low > 0 or self.high < 0) and abs(self.change) > self.noise


def trend(values: Values, lengths: Sequence[int] = ()) -> Trend:
    """Of the values without their season. Raises TooLittle."""
    if len(known(values)) < NEED:
        raise TooLittle("a trend", len(known(values)), NEED)
    found = season(values, lengths)
    flat = found.without(values)
    points = _buckets(flat)
    slopes = sorted(
        (b - a) / (later - at) for n, (at, a) in enumerate(points) for later, b in points[n + 1 :]
    )
    slope = quantile(slopes, 0.5)
    low, high = _interval(slopes, len(points))
    rest = [one - slope * at for at, one in enumerate(flat) if one is not None]
    return Trend(slope, low, high, slope * (len(values) - 1), spread(rest), found.length)


def _buckets(flat: Values) -> list[tuple[float, float]]:
    """The middle of each of some sixty equal stretches that have a value."""
    size = max(1, math.ceil(len(flat) / BUCKETS))
    found = []
    for start in range(0, len(flat), size):
        held = known(flat[start : start + size])
        if held:
            found.append((start + (min(size, len(flat) - start) - 1) / 2, median(held)))
    return found


def _interval(slopes: Sequence[float], points: int) -> tuple[float, float]:
    """Sen's: as many slopes off the median as Kendall's statistic may stray."""
    strays = SURE * math.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    part = min(0.5, strays / 2 / len(slopes))
    return quantile(slopes, 0.5 - part), quantile(slopes, 0.5 + part)

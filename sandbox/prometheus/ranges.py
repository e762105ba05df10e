"""Functions over a range: one window of samples in, one number or nothing out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from sandbox.prometheus.series import Point
from sandbox.prometheus.values import Window

Ranged = Callable[[Window], float | None]


def increase(window: Window) -> float | None:
    """Growth of a counter over the range, resets added up, extrapolated to its bounds as Prometheus does."""
    return _extrapolated(window, counter=True)


def rate(window: Window) -> float | None:
    grown = increase(window)
    return None if grown is None else grown / (window.end - window.start)


def delta(window: Window) -> float | None:
    return _extrapolated(window, counter=False)


def _extrapolated(window: Window, *, counter: bool) -> float | None:
    points = window.points
    if len(points) < 2:
        return None
    (first_at, first), (last_at, last) = points[0], points[-1]
    grown = last - first + (_resets(points) if counter else 0.0)
    sampled = last_at - first_at
    apart = sampled / (len(points) - 1)
    before, after = first_at - window.start, window.end - last_at
    before = before if before < apart * 1.1 else apart / 2
    after = after if after < apart * 1.1 else apart / 2
    if counter and grown > 0 and first >= 0:
        before = min(before, sampled * (first / grown))
    return grown * ((sampled + before + after) / sampled)


def _resets(points: Sequence[Point]) -> float:
    return sum(was for (_, was), (_, now) in itertools.pairwise(points) if now < was)


def irate(window: Window) -> float | None:
    if len(window.points) < 2:
        return None
    (before_at, before), (at, value) = window.points[-2:]
    return (value if value < before else value - before) / (at - before_at)


def idelta(window: Window) -> float | None:
    return window.points[-1][1] - window.points[-2][1] if len(window.points) > 1 else None


def deriv(window: Window) -> float | None:
    """Slope of the least-squares line, a second."""
    if len(window.points) < 2:
        return None
    origin = window.points[0][0]
    xs = [at - origin for at, _ in window.points]
    ys = [value for _, value in window.points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread


def values(window: Window) -> list[float]:
    return [value for _, value in window.points]


def changes(window: Window) -> float | None:
    seen = values(window)
    return float(sum(a != b for a, b in itertools.pairwise(seen))) if seen else None


def resets(window: Window) -> float | None:
    seen = values(window)
    return float(sum(b < a for a, b in itertools.pairwise(seen))) if seen else None


def variance(seen: Sequence[float]) -> float:
    mean = sum(seen) / len(seen)
    return sum((value - mean) ** 2 for value in seen) / len(seen)


def quantile(share: float, seen: Sequence[float]) -> float:
    """Linear between the neighbours; outside 0..1 it is infinite, as Prometheus has it."""
    if not seen or math.isnan(share):
        return math.nan
    if share < 0 or share > 1:
        return math.copysign(math.inf, share - 0.5)
    ordered = sorted(seen)
    rank = share * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def _over(reduce: Callable[[list[float]], float]) -> Ranged:
    def over(window: Window) -> float | None:
        seen = values(window)
        return reduce(seen) if seen else None

    return over


RANGED: dict[str, Ranged] = {
    "rate": rate,
    "irate": irate,
    "increase": increase,
    "delta": delta,
    "idelta": idelta,
    "deriv": deriv,
    "changes": changes,
    "resets": resets,
    "avg_over_time": _over(lambda seen: sum(seen) / len(seen)),
    "sum_over_time": _over(sum),
    "min_over_time": _over(min),
    "max_over_time": _over(max),
    "count_over_time": _over(lambda seen: float(len(seen))),
    "last_over_time": _over(lambda seen: seen[-1]),
    "present_over_time": _over(lambda _: 1.0),
    "stddev_over_time": _over(lambda seen: math.sqrt(variance(seen))),
    "stdvar_over_time": _over(variance),
}

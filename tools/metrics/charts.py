"""Samples to a chart: few series, few points, and the sentence for whoever cannot see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from tools.metrics.prometheus import Sample
from tools.spec import Chart, Series

MAX_SERIES = 6
MAX_POINTS = 60
DAY_S = 86_400


def number(value: float) -> str:
    """Short and exact enough for people: 3 significant digits."""
    if not math.isfinite(value):
        return "none"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def chart(
    title: str,
    unit: str,
    samples: Sequence[Sample],
    limit: float | None = None,
    about: Sample | None = None,
) -> Chart | None:
    """The series with the highest last values; None when there are no points.

    The sentence tells of `about`, where that has points: a band around it may be higher. Points are put on the times of the longest series; a gap repeats the value before it.
    """
    kept = sorted((s for s in samples if s.points), key=lambda s: -_or_zero(s.last))[:MAX_SERIES]
    if not kept:
        return None
    times = [at for at, _ in max(kept, key=lambda s: len(s.points)).points]
    every = math.ceil(len(times) / MAX_POINTS)
    times = times[(len(times) - 1) % every :: every]
    series = [Series(s.name, tuple(_at(s, at) for at in times)) for s in kept]
    if limit is not None:
        series.append(Series("limit", (float(limit),) * len(times)))
    return Chart(
        title,
        "line",
        unit,
        _labels(times),
        tuple(series),
        _note(
            title, unit, [about, *kept] if about and about.points else kept, limit, len(samples) - len(kept)
        ),
    )


def _labels(times: Sequence[float]) -> tuple[str, ...]:
    """A time of day names one point only within a day; of points with equal labels the last alone would be drawn."""
    form = "%H:%M:%S" if times[-1] - times[0] < DAY_S else "%d %b %H:%M"
    return tuple(datetime.fromtimestamp(at, UTC).strftime(form) for at in times)


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _at(sample: Sample, at: float) -> float:
    before = [value for when, value in sample.points if when <= at + 0.5]
    return _or_zero(before[-1] if before else sample.points[0][1])


def _note(title: str, unit: str, kept: Sequence[Sample], limit: float | None, left: int) -> str:
    worst = kept[0]
    values = [value for _, value in worst.points if math.isfinite(value)] or [0.0]
    text = (
        f"{title}: {number(values[0])} to {number(values[-1])} {unit}, highest {number(max(values))}".rstrip()
    )
    if limit is not None:
        text += f", limit {number(limit)}"
    return text + (f"; {left} more series not drawn" if left else "")

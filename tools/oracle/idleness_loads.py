"""How busy everything of a kind was for days: one question to Monitoring a region and metric, not one a resource."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tools.errors import ToolError
from tools.metrics.prometheus import Sample
from tools.oracle.courses import whole
from tools.oracle.metrics import Asked, Stream, everywhere
from tools.oracle.where import Where

STEP, STEP_SPAN = "6h", timedelta(hours=6)  # Monitoring answers with a limited number of points
P95: Final = "percentile(0.95)"
P: Final = 0.95


@dataclass(frozen=True, slots=True)
class Loads:
    """Courses by the OCID of the resource, in steps of six hours that are over. `failed` is set when nothing answered."""

    metric: str
    query: str
    by: dict[str, tuple[Stream, ...]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    failed: ToolError | None = None

    @property
    def gaps(self) -> tuple[str, ...]:
        """What did not answer, in words."""
        return (*self.unseen, *((f"{self.metric}: {self.failed.reason}",) if self.failed else ()))

    def of(self, ident: str) -> Sample | None:
        """One course; of several (such as backend sets) their highest points. None where nothing was measured."""
        found = self.by.get(ident.lower(), ())
        if len(found) < 2:
            return found[0] if found else None
        points: dict[float, float] = {}
        for at, value in (point for one in found for point in one.points):
            points[at] = max(value, points.get(at, value))
        return Sample(found[0].labels, tuple(sorted(points.items())))


async def loads(where: Where, namespace: str, of: tuple[str, str], since: datetime, now: datetime) -> Loads:
    """Of a metric by one of its statistics. Never raises for what Oracle does: what did not answer is in `unseen`, and in `failed`, with its reason, when that was everything."""
    metric, stat = of
    text = f"{metric}[{STEP}].{stat}"
    asked = Asked(namespace, text, whole(since, STEP_SPAN), whole(now, STEP_SPAN))

    try:
        parts = await everywhere(where, asked)
    except ToolError as error:
        return Loads(metric, text, failed=error)
    by: dict[str, tuple[Stream, ...]] = {}
    for stream in (one for found in parts.found.values() for one in found):
        by[stream.resource.lower()] = (*by.get(stream.resource.lower(), ()), stream)
    return Loads(metric, text, by, tuple(f"{metric} in {one}" for one in parts.could_not_see))


async def several(where: Where, namespace: str, metrics: Sequence[tuple[str, str]], since: datetime, now: datetime) -> list[Loads]:  # fmt: skip
    """`metrics` with their statistics, side by side."""
    return await asyncio.gather(*(loads(where, namespace, one, since, now) for one in metrics))


def p95(sample: Sample) -> float:
    """Of its points, by nearest rank: at most one in twenty is higher."""
    values = sorted(value for _, value in sample.points)
    return values[max(0, math.ceil(P * len(values)) - 1)]


def span(sample: Sample) -> timedelta:
    """From the first point's step to the end of the last one."""
    return timedelta(seconds=sample.points[-1][0] - sample.points[0][0]) + STEP_SPAN

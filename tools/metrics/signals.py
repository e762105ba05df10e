"""A service's key metric over a window, as the service map defines it, and what its course says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

SATURATED = 0.95  # of the limit


@dataclass(frozen=True, slots=True)
class Signal:
    """`points` are (seconds since 1970, value), oldest first. `limit` is in `unit`; above it is bad."""

    service: str
    metric: str
    query: str
    unit: str
    limit: float | None
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        return self.points[-1][1] if self.points else math.nan

    @property
    def over(self) -> bool:
        return self.limit is not None and self.last > self.limit

    @property
    def at_limit(self) -> bool:
        """At least 95 % of the limit now: for a resource that is shared out, that is exhausted."""
        return self.limit is not None and self.limit > 0 and self.last >= SATURATED * self.limit

    def first_at_limit(self) -> datetime | None:
        """Start of the present stretch at the limit."""
        if not self.at_limit or self.limit is None:
            return None
        start = self.points[-1][0]
        for at, value in reversed(self.points):
            if value < SATURATED * self.limit:
                break
            start = at
        return datetime.fromtimestamp(start, UTC)

    def step(self, at: datetime) -> tuple[float, float] | None:
        """Mean before `at` and highest after it; None without points on both sides."""
        before = [v for t, v in self.points if t < at.timestamp() and math.isfinite(v)]
        after = [v for t, v in self.points if t >= at.timestamp() and math.isfinite(v)]
        return (sum(before) / len(before), max(after)) if before and after else None

    def rose(self, at: datetime) -> bool:
        """Clearly higher after `at` than before: three times, or over the limit from under it."""
        found = self.step(at)
        if found is None:
            return False
        before, after = found
        crossed = self.limit is not None and before <= self.limit < after
        return crossed or (after > 3 * before and after - before > 0.01 * (self.limit or 1.0))

    @property
    def ref(self) -> str:
        at = datetime.fromtimestamp(self.points[-1][0], UTC) if self.points else None
        return f"metric:{self.query}@{at.strftime('%Y-%m-%dT%H:%M:%SZ') if at else ''}"

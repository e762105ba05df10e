"""A service's key metric over a window, as the service map defines it, and what its course says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tools.metrics.charts import number

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
    since: datetime | None = None  # when the present stretch at or over the limit began, measured finely

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
        if not self.at_limit:
            return None
        return self.since or datetime.fromtimestamp(self.stretch()[1], UTC)

    def stretch(self) -> tuple[float, float]:
        """The last point below the limit and the first of the present stretch at it: it began between the two."""
        before = start = self.points[-1][0]
        for before, value in reversed(self.points):
            if not self._reached(value):
                break
            start = before
        return before, start

    def first(self, points: Iterable[tuple[float, float]]) -> datetime | None:
        """The first of finer points that is at the limit."""
        return next((datetime.fromtimestamp(at, UTC) for at, value in points if self._reached(value)), None)

    def _reached(self, value: float) -> bool:
        """Over the limit for what may not pass it, nearly at it for what is shared out."""
        limit = self.limit or 0.0
        return value > limit if self.over else value >= SATURATED * limit

    @property
    def words(self) -> str:
        """`11.6 % (limit 5, beyond it since 13:36:05 UTC)`."""
        now = f"{number(self.last)} {self.unit}".rstrip()
        if self.limit is None:
            return now
        since = f" since {self.since:%H:%M:%S} UTC" if self.since else ""
        where = ", beyond it" if self.over else (", at it" if self.at_limit else "")
        return f"{now} (limit {number(self.limit)}{where}{since})"

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

    def fresh(self, at: datetime) -> bool:
        """Was it still well just before `at`, or clearly better than since? Else what it is now began earlier."""
        before = [v for t, v in self.points if t < at.timestamp() and math.isfinite(v)][-2:]
        after = [v for t, v in self.points if t >= at.timestamp() and math.isfinite(v)]
        if not before or not after:
            return True
        level = sum(before) / len(before)
        bound = self._bound()
        return (bound is not None and level <= bound) or max(after) > 3 * level

    def _bound(self) -> float | None:
        """What it may not pass; for what is shared out and used up, nearly that."""
        if self.limit is None:
            return None
        return self.limit if self.over or not self.at_limit else SATURATED * self.limit

    @property
    def ref(self) -> str:
        at = datetime.fromtimestamp(self.points[-1][0], UTC) if self.points else None
        return f"metric:{self.query}@{at.strftime('%Y-%m-%dT%H:%M:%SZ') if at else ''}"

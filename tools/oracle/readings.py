"""What a course says, all of it that can be said; what cannot be, with how much it would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tools.oracle.courses import Course
from tools.statistics.anomalies import Anomaly, Judged, judged
from tools.statistics.forecasts import Forecast, forecast
from tools.statistics.robust import TooLittle
from tools.statistics.trends import Trend, trend

T = TypeVar("T")
UNEASY = 5  # strayings: what is only just out comes behind what is far out


@dataclass(frozen=True, slots=True)
class Reading:
    """`refused` says in words what too little is known for."""

    course: Course
    judged: Judged | None = None
    trend: Trend | None = None
    forecast: Forecast | None = None
    refused: tuple[str, ...] = field(default=())

    @property
    def now(self) -> Anomaly | None:
        """The anomaly that goes on."""
        return next((one for one in self.anomalies if one.end is None), None)

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        return self.judged.anomalies if self.judged else ()

    @property
    def worst(self) -> Anomaly | None:
        """The one that goes on, else the farthest out of the others."""
        return self.now or max(self.anomalies, key=lambda one: abs(one.times), default=None)

    @property
    def order(self) -> tuple[bool, float, bool, str]:
        """Worst first."""
        worst = self.worst
        clear = self.trend is not None and self.trend.clear
        return self.now is None, -abs(worst.times) if worst else 0.0, not clear, self.course.name


def read(course: Course, ahead: int, floor: float = 0.0) -> Reading:
    """`ahead` in steps; 0 for no forecast. Blocking: milliseconds a course."""
    values, seasons = course.values, course.seasons
    refused: list[str] = []
    found = _or_said(lambda: judged(values, seasons, floor), refused)
    going = _or_said(lambda: trend(values, seasons), refused)
    later = _or_said(lambda: forecast(values, ahead, seasons), refused) if ahead else None
    return Reading(course, found, going, later, tuple(refused))


def _or_said(ask: Callable[[], T], refused: list[str]) -> T | None:
    try:
        return ask()
    except TooLittle as little:
        refused.append(str(little))
        return None

"""A metric's course on equal steps, as statistics want it: a gap is a gap, and no step is half over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools.oracle.metrics import Stream

STEPS = (
    (timedelta(hours=8), "1m", timedelta(minutes=1)),
    (timedelta(days=2), "5m", timedelta(minutes=5)),
    (timedelta(days=90), "1h", timedelta(hours=1)),
)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Course:
    """`values` are `step` apart from `first` on, None where nothing was measured. `resource` and `compartment` are OCIDs."""

    name: str
    resource: str
    compartment: str
    first: datetime
    step: timedelta
    values: tuple[float | None, ...]

    @property
    def seasons(self) -> tuple[int, ...]:
        """A day and a week, in steps."""
        return (DAY // self.step, WEEK // self.step)

    @property
    def last(self) -> float | None:
        return next((one for one in reversed(self.values) if one is not None), None)

    @property
    def known(self) -> int:
        return sum(one is not None for one in self.values)

    @property
    def days(self) -> int:
        """So many days, counted from the first point, have one."""
        return len({place * self.step // DAY for place, one in enumerate(self.values) if one is not None})

    def at(self, place: int) -> datetime:
        return self.first + place * self.step


def stepped(span: timedelta) -> tuple[str, timedelta]:
    """Monitoring's interval for a span, fine enough to see hours in days and days in weeks."""
    return next(((name, step) for longest, name, step in STEPS if span <= longest), STEPS[-1][1:])


def whole(at: datetime, step: timedelta) -> datetime:
    """The end of the last step that is over: the sum of half an hour is no sum of an hour."""
    size = step.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // size * size, UTC)


def course(stream: Stream, step: timedelta) -> Course:
    """`stream` has a point at least."""
    size = step.total_seconds()
    first = stream.points[0][0]
    values: list[float | None] = [None] * (round((stream.points[-1][0] - first) / size) + 1)
    for at, value in stream.points:
        values[round((at - first) / size)] = value
    name = stream.labels.get("__name__", "") or stream.name
    return Course(
        name, stream.resource, stream.compartment, datetime.fromtimestamp(first, UTC), step, tuple(values)
    )

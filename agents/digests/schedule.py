"""When a digest is due: a cron line on the clock of a time zone, each scheduled moment once.

Where the clock is put forward, a time of day that does not exist is due at the first moment after the gap; where it is put
back, a time of day that comes twice is due the first time alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

CLOSEST = timedelta(minutes=15)
LOOKED_AT = 50  # moments of a line, to see how close they are
COUNTED = 1000  # missed moments
NEARER = tuple(timedelta(days=days) for days in (1, 8, 32, 400, 3000))  # where the latest one is looked for
LATE = timedelta(hours=6)  # after it a digest is not made up any more, only said to be missing


@dataclass(frozen=True, slots=True)
class Due:
    """`at` is the latest scheduled moment in UTC; `missed` so many came before it and were not dealt with, or more."""

    at: datetime
    missed: int
    too_late: bool
    counted: bool = True  # whether `missed` is all of them

    @property
    def told(self) -> str:
        return str(self.missed) if self.counted else f"more than {self.missed}"


def moments(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """Scheduled moments after `after`, in UTC, each once and in order. Raises ValueError."""
    clock = after.astimezone(_zone(zone))
    try:
        line = CronSim(cron, clock)
    except CronSimError as error:
        raise ValueError(f"not a cron line: {error}") from error
    last = after
    for found in line:
        at = found.astimezone(UTC)
        if at > last:  # a time of day in a gap may come out as the moment of another one
            last = at
            yield at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        text = f"no time zone is called {name[:40]!r}; it is written as in Europe/Berlin"
        raise ValueError(text) from error


def checked(cron: str, zone: str, now: datetime) -> datetime:
    """The first moment after `now`. Raises ValueError for what is no schedule, or too close a one."""
    try:
        ahead = list(islice(moments(cron, zone, now), LOOKED_AT))
    except CronSimError as error:  # the line is well-formed, and no day is like that
        raise ValueError(f"not a cron line: {error}") from error
    if not ahead:
        raise ValueError("no day is like that")
    if any(b - a < CLOSEST for a, b in pairwise(ahead)):
        raise ValueError(f"closer together than {CLOSEST.seconds // 60} minutes")
    return ahead[0]


def due(cron: str, zone: str, last: datetime, now: datetime) -> Due | None:
    """The latest moment after `last` and not after `now`; None where none is. A clock that went back makes none due again."""
    passed = _passed(cron, zone, last, now, COUNTED)
    if not passed:
        return None
    counted = len(passed) < COUNTED
    at = passed[-1] if counted else _latest(cron, zone, passed[-1], now)
    return Due(at, len(passed) - 1, now - at > LATE, counted)


def _passed(cron: str, zone: str, last: datetime, now: datetime, most: int) -> list[datetime]:
    return list(takewhile(lambda at: at <= now, islice(moments(cron, zone, last), most)))


def _latest(cron: str, zone: str, last: datetime, now: datetime) -> datetime:
    """After a long time: looked for from nearer and nearer to `now`, so that years of moments are not gone through."""
    for back in NEARER:
        if now - back > last and (found := _passed(cron, zone, now - back, now, COUNTED)):
            return _end_of(cron, zone, found[-1], now)
    return _end_of(cron, zone, last, now)


def _end_of(cron: str, zone: str, last: datetime, now: datetime) -> datetime:
    """Where moments crowd long before `now`, one look does not reach the last of them."""
    while found := _passed(cron, zone, last, now, COUNTED):
        last = found[-1]
    return last

"""Time for the world: one number of seconds since 1970, read from the machine or set by a test."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float: ...


class SystemClock:
    """The machine's clock, seconds since 1970."""

    def now(self) -> float:
        return time.time()


class ManualClock:
    """A clock that stands still until it is moved; histories and tests are made with it."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def set(self, now: float) -> None:
        """Move to `now`; never backwards, a cluster's history has one direction."""
        self._now = max(self._now, now)

    def advance(self, seconds: float) -> None:
        self._now += seconds


class ScenarioClock(ManualClock):
    """Stands while a history is made, then goes with the machine's time."""

    def __init__(self, now: float = 0.0) -> None:
        super().__init__(now)
        self._following = False

    def now(self) -> float:
        return time.time() if self._following else super().now()

    def follow(self) -> None:
        self._following = True


def stamp(at: float) -> str:
    """`2026-11-23T11:13:36Z`, as object metadata and most statuses carry it."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro(at: float) -> str:
    """`2026-11-23T11:13:36.347139Z`, as event times and leases carry it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def epoch(text: str | None) -> float:
    """Seconds since 1970 of a Kubernetes timestamp; 0.0 when there is none."""
    if not text:
        return 0.0
    return datetime.fromisoformat(text).timestamp()

"""A breaker a model: after repeated failures, or when told to wait, nobody asks; then exactly one call probes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.models.errors import ModelAway, Why

OPENS_AFTER = 5  # failures in a row
OPEN_S = 60.0
KEY_OPEN_S = 300.0  # a refused key is not tried at every question


@dataclass
class Breaker:
    """`now` is a monotonic clock in seconds."""

    now: Callable[[], float]
    failures: int = 0
    open_until: float = 0.0
    probing: bool = False
    reason: str = ""

    def waits(self) -> float:
        """Seconds until a call is let through; 0 when one may go now."""
        if self.probing:
            return max(1.0, self.open_until - self.now())
        return max(0.0, self.open_until - self.now())

    def enter(self) -> None:
        """Before a call: the first one after an open time is the probe."""
        if self.open_until:
            self.probing = True

    def succeeded(self) -> None:
        self.failures, self.open_until, self.probing, self.reason = 0, 0.0, False, ""

    def failed(self, away: ModelAway) -> None:
        """After a call. What is wrong with one request says nothing about the model."""
        was_probe, self.probing = self.probing, False
        if away.why in {Why.REQUEST, Why.TOOLS, Why.BROKEN}:
            return
        self.failures += 1
        self.reason = away.reason
        if away.why is Why.BUSY:
            self.open_until = self.now() + min(max(away.retry_after, 1.0), 3600.0)
        elif away.why is Why.KEY:
            self.open_until = self.now() + KEY_OPEN_S
        elif was_probe or self.failures >= OPENS_AFTER:
            self.open_until = self.now() + OPEN_S

    def left(self) -> None:
        """A call that was cancelled: neither success nor failure."""
        self.probing = False

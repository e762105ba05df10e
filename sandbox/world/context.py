"""What every controller is given: the cluster's objects, the time, the timers, the recorder, the dice."""

import heapq
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.world.access import Access
from sandbox.world.clock import Clock

if TYPE_CHECKING:
    from sandbox.world.events import Recorder


@dataclass
class Timers:
    """Moments at which somebody wants to look again."""

    _due: list[float] = field(default_factory=list)

    def at(self, when: float) -> None:
        heapq.heappush(self._due, when)

    def next(self) -> float | None:
        return self._due[0] if self._due else None

    def drop(self, until: float) -> bool:
        """Forget the moments up to `until`; was there one?"""
        found = False
        while self._due and self._due[0] <= until:
            heapq.heappop(self._due)
            found = True
        return found


@dataclass
class Context:
    """One cluster as its controllers see it. `speed` divides every waiting time that a person would sit through."""

    access: Access
    clock: Clock
    recorder: "Recorder"
    rng: random.Random
    speed: float = 1.0
    live: bool = True  # False while a history is made: then nobody renews leases
    timers: Timers = field(default_factory=Timers)
    reminders: dict[str, float] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return self.clock.now()

    def wait(self, seconds: float) -> float:
        """The moment `seconds` of cluster time from now; a timer is set for it."""
        when = self.now + seconds / self.speed
        self.timers.at(when)
        return when

    def due(self, when: float) -> bool:
        """Has the moment come? Sets a timer when it has not."""
        if when <= self.now:
            return True
        self.timers.at(when)
        return False

    def remind(self, key: str, seconds: float) -> None:
        """Ring for `key` when `seconds` of cluster time are over."""
        self.reminders[key] = self.wait(seconds)

    def rings(self, key: str, seconds: float) -> bool:
        """Is it time for `key`? One that was never set is set now and does not ring yet."""
        if key not in self.reminders:
            self.remind(key, seconds)
        return self.due(self.reminders[key])

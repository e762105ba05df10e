"""Middle and spread of numbers that a few wild ones cannot move."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

Values = Sequence[float | None]
SPREAD = 1.4826  # from a median deviation to a standard one, of bell-shaped noise


@dataclass(eq=False)
class TooLittle(Exception):
    """`what` cannot be said: of the values that it takes, `need`, only `have` are there."""

    what: str
    have: int
    need: int

    def __str__(self) -> str:
        return f"too little data for {self.what}: {self.have} points, it takes {self.need}"


def known(values: Values) -> list[float]:
    return [one for one in values if one is not None]


def spread(values: Sequence[float]) -> float:
    """The standard deviation of the values without the wild ones; 0 for none."""
    if not values:
        return 0.0
    middle = median(values)
    return SPREAD * median([abs(one - middle) for one in values])


def quantile(ordered: Sequence[float], part: float) -> float:
    """Of sorted values; between two of them it lies in proportion."""
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass
class Recent:
    """The last `most` numbers with their median at hand, whatever how many."""

    most: int
    kept: deque[float] = field(default_factory=deque)
    ordered: list[float] = field(default_factory=list)

    def take(self, value: float) -> None:
        self.kept.append(value)
        insort(self.ordered, value)
        if len(self.kept) > self.most:
            del self.ordered[bisect_left(self.ordered, self.kept.popleft())]

    @property
    def median(self) -> float:
        size = len(self.ordered)
        return (self.ordered[(size - 1) // 2] + self.ordered[size // 2]) / 2

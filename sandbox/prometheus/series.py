"""What a query reads: named series of samples, oldest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

NAME = "__name__"
Labels = Mapping[str, str]
Point = tuple[float, float]  # seconds since 1970, value


@dataclass(frozen=True, slots=True)
class Series:
    """`labels` hold the name too; `times` only grow."""

    labels: Labels
    times: Sequence[float]
    values: Sequence[float]

    def last(self, at: float, back_s: float) -> Point | None:
        """The newest sample in (`at` - `back_s`, `at`]."""
        index = bisect_right(self.times, at) - 1
        if index < 0 or self.times[index] <= at - back_s:
            return None
        return self.times[index], self.values[index]

    def between(self, start: float, end: float) -> list[Point]:
        """The samples in (`start`, `end`]."""
        first, after = bisect_right(self.times, start), bisect_right(self.times, end)
        return list(zip(self.times[first:after], self.values[first:after], strict=True))

    def since(self, start: float, end: float) -> bool:
        """Whether it has a sample in [`start`, `end`]."""
        index = bisect_left(self.times, start)
        return index < len(self.times) and self.times[index] <= end


class SeriesSource(Protocol):
    """Where series come from."""

    def names(self) -> Iterable[str]: ...

    def named(self, name: str) -> Sequence[Series]: ...

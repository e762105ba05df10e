"""What repeats: a day in hours, a week in days. A season is believed only where it foretells cycles that it was not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tools.statistics.robust import Values, known, spread

CYCLES = 3  # so many of them before a season is looked for
HELD = 0.5  # part of a cycle's places at which something was measured
LEAST = 0.3  # part of the spread that a season must explain of what it has not seen
MORE = 0.15  # and so much of what a shorter one leaves, to be preferred


@dataclass(frozen=True, slots=True)
class Season:
    """`profile` is by how much each place of the cycle lies off its cycle's middle; place 0 is that of the first value.

    `strength`, 0 to 1, is the part of the spread that it explains. Without a season `length` is 1.
    """

    length: int = 1
    strength: float = 0.0
    profile: tuple[float, ...] = (0.0,)

    def at(self, place: int) -> float:
        return self.profile[place % self.length]

    def without(self, values: Values) -> list[float | None]:
        """The values as they would be without it."""
        return [None if one is None else one - self.at(place) for place, one in enumerate(values)]


def season(values: Values, lengths: Sequence[int]) -> Season:
    """The best of the seasons of these lengths, in steps, each a multiple of the shorter ones; none where too little is there or none repeats."""
    best = Season()
    for length in sorted(set(lengths)):
        found = _tried(values, length, best)
        if found is not None:
            best = found
    return best


def _tried(values: Values, length: int, best: Season) -> Season | None:
    """A season of this length, where it tells enough, and enough more than the best shorter one."""
    columns = _columns(values, length) if length > 1 else None
    if columns is None:
        return None
    unseen = spread([one - _others(column, at) for column in columns for at, one in enumerate(column)])
    usual = spread([one for column in columns for one in column])
    shorter = spread([one - best.at(place) for place, column in enumerate(columns) for one in column])
    if unseen > (1 - LEAST) * usual or unseen >= (1 - MORE) * shorter:
        return None
    profile = [median(column) for column in columns]
    middle = median(profile)
    return Season(length, 1 - unseen / usual, tuple(one - middle for one in profile))


def _columns(values: Values, length: int) -> list[list[float]] | None:
    """By place in the cycle, how far each cycle's value lies off that cycle's middle; so a step in between moves no place."""
    columns: list[list[float]] = [[] for _ in range(length)]
    first = len(values) % length  # whole cycles, the youngest ones
    cycles = 0
    for start in range(first, len(values), length):
        cycle = values[start : start + length]
        held = known(cycle)
        if len(held) < HELD * length:
            continue
        cycles += 1
        middle = median(held)
        for at, one in enumerate(cycle, start):
            if one is not None:
                columns[at % length].append(one - middle)
    return columns if cycles >= CYCLES and all(len(one) > 1 for one in columns) else None


def _others(column: Sequence[float], at: int) -> float:
    return median([*column[:at], *column[at + 1 :]])

"""How an alarm went: from its transitions to episodes, whether it flaps, and which alarms begin together more often than by chance."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_SAID = re.compile(r"\bfrom\s+(\w+)\s+to\s+(\w+)", re.IGNORECASE)
FIRING = "FIRING"
HOUR = timedelta(hours=1)
NEAR = timedelta(minutes=10)  # alarms that begin so close began together
FLAPS = 3  # begins within an hour
BRIEF = timedelta(minutes=15)  # or so many more, most of them no longer than this
OFTEN = 6
SHARE = 0.5  # of the begins of one, so many with the other: then they go together
LUCK = 0.05  # unless so many would be near by chance this often


@dataclass(frozen=True, slots=True)
class Transition:
    at: datetime
    firing: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that it fired. `start` None: before the window; `end` None: it still does."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Course:
    """Of one alarm in one window."""

    episodes: tuple[Episode, ...]
    begins: tuple[datetime, ...]
    firing: timedelta  # in all
    longest: timedelta
    flapping: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Of the `of` begins of `one`, `count` had a begin of `other` near; `lead` is how long before it the other one began, in the middle."""

    one: str
    other: str
    count: int
    of: int
    lead: timedelta
    chance: float  # part of the begins that would have one near anyhow

    @property
    def luck(self) -> float:
        """How likely so many, or more, would be near by chance."""
        some = range(self.count, self.of + 1)
        return sum(math.comb(self.of, k) * self.chance**k * (1 - self.chance) ** (self.of - k) for k in some)


def transition(at: datetime, summary: str) -> Transition | None:
    """From an entry's words; None for one that tells of something else."""
    found = _SAID.search(summary)
    if found is None or found[1].upper() == found[2].upper():
        return None
    was, now = found[1].upper() == FIRING, found[2].upper() == FIRING
    return Transition(at, now) if was != now else None


def course(changes: Sequence[Transition], begin: datetime, end: datetime, *, fires: bool) -> Course:
    """`fires`: whether it does now; without any transition that is all that is known."""
    ordered = sorted(changes, key=lambda one: one.at)
    episodes: list[Episode] = []
    since: datetime | None = None
    on = not ordered[0].firing if ordered else fires
    for one in ordered:
        if one.firing and not on:
            since = one.at
        elif not one.firing and on:
            episodes.append(Episode(since, one.at))
        on = one.firing
    if on:
        episodes.append(Episode(since, None))
    lengths = [(one.end or end) - (one.start or begin) for one in episodes]
    begins = tuple(one.start for one in episodes if one.start is not None)
    return Course(
        tuple(episodes),
        begins,
        sum(lengths, timedelta()),
        max(lengths, default=timedelta()),
        flaps(begins, lengths),
    )


def flaps(begins: Sequence[datetime], lengths: Sequence[timedelta]) -> bool:
    """Three begins within an hour, or six in all that mostly were brief."""
    close = any(later - first <= HOUR for first, later in zip(begins, begins[FLAPS - 1 :], strict=False))
    brief = sum(one <= BRIEF for one in lengths)
    return close or (len(begins) >= OFTEN and 2 * brief > len(lengths))


def together(courses: dict[str, Course], span: timedelta) -> list[Together]:
    """Pairs whose begins lie near each other, the surest first. What fires all the time is near everything, and proves nothing."""
    found = []
    for one, mine in courses.items():
        for other, theirs in courses.items():
            if one < other and mine.begins and theirs.begins:
                pair = min(
                    _pair(one, mine, other, theirs, span),
                    _pair(other, theirs, one, mine, span),
                    key=lambda each: (each.of, each.one),
                )
                if pair.count >= SHARE * pair.of and pair.luck < LUCK:
                    found.append(pair)
    return sorted(found, key=lambda each: (-each.count, each.chance, each.one))


def _pair(one: str, mine: Course, other: str, theirs: Course, span: timedelta) -> Together:
    leads = []
    for begin in mine.begins:
        near = min(theirs.begins, key=lambda at: abs(at - begin))
        if abs(near - begin) <= NEAR:
            leads.append(begin - near)
    chance = 1 - math.exp(-len(theirs.begins) * 2 * NEAR / max(span, NEAR))
    lead = sorted(leads)[len(leads) // 2] if leads else timedelta()
    return Together(one, other, len(leads), len(mine.begins), lead, chance)

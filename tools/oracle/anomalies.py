"""Which days of a daily cost were out of the ordinary: above their weekday, their month's end and their growth.

Goes through the days once, as they came: a day is judged by nothing that came after it. A step is told once, then it is what is usual.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

WEEK = 7
WARM_UP = 63  # days that are only learned from: two ends of months are among them
SEASON = 8 * WEEK  # how far weekdays are compared
KNOWN = 3  # weeks that must tell a weekday's part
LEVEL = 14
NOISE = 28
STAYS = WEEK  # so many odd days in a row are what is usual from then on
LEAST = 0.2  # part of a usual day; below it nothing is told
TIMES = 5.5  # and so many times what days usually stray
TWICE = 3.2  # or so many on two days in a row
RAMP = 0.19  # part by which three days lie above those of a month ago
RISES = 2.2  # and so many times what days usually stray
QUIET = 28  # days after a told ramp in which its going on is the same one
FLOOR = 0.02  # the least a series is taken to stray by
SPREAD = 1.4826  # from a median deviation to a standard one


@dataclass(frozen=True, slots=True)
class Anomaly:
    """From `start` to `end`, both told; money a day: what was usual, what it was at its highest, and the excess in all."""

    kind: str  # jump or ramp
    start: date
    end: date
    usual: float
    peak: float
    excess: float


def anomalies(first: date, values: Sequence[float]) -> list[Anomaly]:
    """Of complete days that follow each other from `first`; nothing is said of the first nine weeks."""
    watch = _Watch(first)
    for value in values:
        watch.take(value)
    return watch.found


@dataclass
class _Watch:
    """What is known after some days. `clean` are the days as they would have been, odd ones put right."""

    first: date
    clean: list[float] = field(default_factory=list)
    raw: list[float] = field(
        default_factory=list
    )  # as they were: what is put right by a wrong weekday would keep it wrong
    found: list[Anomaly] = field(default_factory=list)
    run: list[tuple[float, float]] = field(default_factory=list)  # odd days in a row: value, expected
    above: bool = True
    factors: list[float] = field(default_factory=lambda: [1.0] * WEEK)
    month: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    ramped: int = -QUIET
    before: float = 0.0  # by which part the day before was off

    def take(self, value: float) -> None:
        at = len(self.clean)
        self.raw.append(value)
        if at < 2 * WEEK:
            self.clean.append(value)
            return
        if at % WEEK == 0:
            self.factors = weekday_parts(self.raw[-SEASON - 1 : -1], at)
        flat = self._flat(at, NOISE)
        level, noise = median(flat[-LEVEL:]), _noise(flat)
        plain = level * self.factors[at % WEEK]
        place = _place(self._day(at))
        expected = plain * (1 + self._month_end(place))
        off = (value - expected) / max(expected, 0.01)
        twice = min(off, self.before) > max(LEAST, TWICE * noise)
        odd = abs(off) > max(LEAST, TIMES * noise) or twice
        self.before = off
        if place is not None and plain > 0:
            self.month[place].append(value / plain - 1)
        self._judge(at, value, expected, odd=odd)
        self._rising(at, noise)

    def _judge(self, at: int, value: float, expected: float, *, odd: bool) -> None:
        if not odd:
            self.run = []
            at_end = _place(self._day(at)) is not None
            self.clean.append(
                value if not at_end else value / max(0.1, 1 + self._month_end(_place(self._day(at))))
            )
            return
        above = value > expected
        if self.run and above != self.above:
            self.run = []
        self.above = above
        self.run.append((value, expected))
        self.clean.append(expected if expected > 0 else value)
        if above and at >= WARM_UP:
            self._tell("jump", at, value, expected, new=len(self.run) == 1)
        if len(self.run) == STAYS:
            self._settle()

    def _tell(self, kind: str, at: int, value: float, usual: float, *, new: bool) -> None:
        day = self._day(at)
        if new or not self.found:
            self.found.append(Anomaly(kind, day, day, usual, value, value - usual))
            return
        last = self.found[-1]
        self.found[-1] = Anomaly(
            last.kind, last.start, day, last.usual, max(last.peak, value), last.excess + value - usual
        )

    def _settle(self) -> None:
        """It stays: the days before are lifted to where it is now, so that they tell what is usual there."""
        ratios = [value / expected for value, expected in self.run if expected > 0]
        lift = median(ratios) if ratios else 0.0
        new = (
            0.0 if ratios else median(value for value, _ in self.run)
        )  # where there was nothing, nothing can be lifted
        self.clean = [one * lift + new for one in self.clean[:-STAYS]] + [value for value, _ in self.run]
        self.raw = [one * lift + new for one in self.raw[:-STAYS]] + self.raw[-STAYS:]
        self.run = []

    def _rising(self, at: int, noise: float) -> None:
        """A slow rise, day by day too little to be seen: against the month before, which may grow as it did."""
        if at < WARM_UP or self.run or at - self.ramped < 3:
            return
        now, then, before = (self._flat(at + 1 - back, days) for back, days in ((0, 3), (24, 14), (40, 14)))
        base = median(then)
        grown = min(0.1, max(0.0, base / median(before) - 1)) if median(before) > 0 else 0.0
        least = max(RAMP, RISES * noise)
        if base > 0 and median(now) > base * (1 + 1.5 * grown + least):
            new = at - self.ramped >= QUIET
            self._tell("ramp", at, median(now), base * (1 + grown), new=new)
            self.ramped = at

    def _flat(self, end: int, days: int) -> list[float]:
        """The days before `end` without their weekday's part."""
        start = max(0, end - days)
        return [self.clean[at] / self.factors[at % WEEK] for at in range(start, min(end, len(self.clean)))]

    def _month_end(self, place: int | None) -> float:
        """By how much the same place at the ends of the months before stood out; half a year back."""
        known = self.month[place][-6:] if place is not None else []
        usual = median(known) if known else 0.0
        return usual if abs(usual) > FLOOR else 0.0

    def _day(self, at: int) -> date:
        return self.first + timedelta(days=at)


def weekday_parts(values: Sequence[float], end: int) -> list[float]:
    """What each place of the week costs against the median day around it; `end` is the place behind the last value."""
    start = end - len(values)
    ratios: list[list[float]] = [[] for _ in range(WEEK)]
    for at in range(3, len(values) - 3):
        around = sum(values[at - 3 : at + 4]) / WEEK
        if around > 0:
            ratios[(start + at) % WEEK].append(values[at] / around)
    return [max(0.05, median(one)) if len(one) >= KNOWN else 1.0 for one in ratios]


def _noise(flat: Sequence[float]) -> float:
    """How much days stray, as a part of a day, whatever their course."""
    level = median(flat)
    steps = [abs(two - one) for one, two in pairwise(flat)]
    return max(FLOOR, SPREAD * median(steps) / 2**0.5 / level) if level > 0 else 1.0


def _place(day: date) -> int | None:
    """-3 to -1 are a month's last days, 1 to 3 its first; None in between."""
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    left = (last - day).days
    if left < 3:
        return -1 - left
    return day.day if day.day <= 3 else None

"""What is out of the ordinary: outside of what its season, its level and its usual straying let expect, for long enough.

Goes through the values once: a value is judged by the season and by what came before it. What is odd teaches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.statistics.robust import SPREAD, Recent, TooLittle, Values, known
from tools.statistics.seasons import Season, season

LEARN = 24  # values before the first is judged, or a whole season
KEPT = 96  # values that the level is taken from, at most
STRAYED = 400  # and the straying
TIMES = 4.5  # so many times the usual straying is out
RUN = 3  # so many in a row begin an anomaly, and end one
STAYS = 2 * KEPT  # so many in a row, and two seasons, are what is usual from then on
WILD = 12.0  # one alone, so far out, is one
FLOOR = 0.01  # the least straying, as a part of the usual value


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected at one place. Of the places that are only learned from there is none."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Anomaly:
    """From place `start` to `end`, both odd; `end` None while it goes on. `peak` is the place that is farthest out."""

    start: int
    end: int | None
    peak: int
    value: float  # at the peak
    band: Band  # there
    times: float  # how far out, in usual strayings; negative below
    stayed: bool = False  # it became what is usual

    @property
    def above(self) -> bool:
        return self.times > 0


@dataclass(frozen=True, slots=True)
class Judged:
    """Every band, by place, with the anomalies in order."""

    season: Season
    bands: tuple[Band | None, ...]
    anomalies: tuple[Anomaly, ...]


def judged(values: Values, lengths: Sequence[int] = (), floor: float = 0.0) -> Judged:
    """`floor`: the least straying in the values' own unit, where somebody knows one. Raises TooLittle."""
    found = season(values, lengths)
    learn = max(LEARN, found.length)
    if len(known(values)) < learn + RUN:
        raise TooLittle("anomalies", len(known(values)), learn + RUN)
    watch = _Watch(found, learn, floor)
    for place, value in enumerate(values):
        watch.take(place, value)
    watch.close()
    return Judged(found, tuple(watch.bands), tuple(watch.found))


@dataclass
class _Out:
    """A run of odd values."""

    at: list[tuple[int, float, Band, float]] = field(default_factory=list)
    back: int = 0  # ordinary ones since
    after: list[float] = field(default_factory=list)  # and what these were, without their season

    @property
    def counts(self) -> bool:
        return len(self.at) >= RUN or any(abs(one[3]) >= WILD for one in self.at)

    def told(self, *, over: bool, stayed: bool = False) -> Anomaly:
        place, value, band, times = max(self.at, key=lambda one: abs(one[3]))
        end = self.at[-1][0] if over else None
        return Anomaly(self.at[0][0], end, place, value, band, times, stayed)


@dataclass
class _Watch:
    season: Season
    learn: int
    floor: float
    bands: list[Band | None] = field(default_factory=list)
    found: list[Anomaly] = field(default_factory=list)
    out: _Out | None = None
    level: Recent = field(default_factory=lambda: Recent(KEPT))
    strayed: Recent = field(default_factory=lambda: Recent(STRAYED))
    first: list[float] = field(default_factory=list)  # what is learned from before anything is judged

    def take(self, place: int, value: float | None) -> None:
        if value is None:
            self.bands.append(self._band(place) if self._knows else None)
            return
        flat = value - self.season.at(place)
        if not self._knows:
            self.bands.append(None)
            self._learn(flat)
            return
        band = self._band(place)
        self.bands.append(band)
        times = (value - band.expected) / self._straying
        if abs(times) > TIMES:
            self._odd(place, value, band, times)
        else:
            self._ordinary(flat)

    def close(self) -> None:
        if self.out is not None and self.out.counts:
            self.found.append(self.out.told(over=self.out.back > 0))

    @property
    def _knows(self) -> bool:
        return len(self.first) >= self.learn

    def _learn(self, flat: float) -> None:
        self.first.append(flat)
        if not self._knows:
            return
        for one in self.first[-KEPT:]:
            self.level.take(one)
        middle = self.level.median
        for one in self.first[-STRAYED:]:
            self.strayed.take(abs(one - middle))

    @property
    def _straying(self) -> float:
        least = max(self.floor, FLOOR * abs(self.level.median), 1e-9)
        return max(SPREAD * self.strayed.median, least)

    def _band(self, place: int) -> Band:
        expected = self.level.median + self.season.at(place)
        width = TIMES * self._straying
        return Band(expected, expected - width, expected + width)

    def _odd(self, place: int, value: float, band: Band, times: float) -> None:
        if self.out is not None and (times > 0) != (self.out.at[-1][3] > 0):
            self._end(self.out)
        self.out = self.out or _Out()
        self.out.at.append((place, value, band, times))
        self.out.back = 0
        self.out.after.clear()
        if len(self.out.at) >= max(STAYS, 2 * self.season.length):
            self._settle(self.out)

    def _ordinary(self, flat: float) -> None:
        if self.out is None:
            self._teach([flat])
            return
        self.out.back += 1
        self.out.after.append(flat)
        if self.out.back >= RUN or not self.out.counts:
            self._end(self.out)

    def _end(self, out: _Out) -> None:
        if out.counts:
            self.found.append(out.told(over=True))
        self._teach(out.after)
        self.out = None

    def _settle(self, out: _Out) -> None:
        """It stays: that is what is usual from now on."""
        self.found.append(out.told(over=True, stayed=True))
        self.level, self.strayed = Recent(KEPT), Recent(STRAYED)
        flats = [value - self.season.at(place) for place, value, _, _ in out.at[-KEPT:]]
        for one in flats:
            self.level.take(one)
        for one in flats:
            self.strayed.take(abs(one - self.level.median))
        self.out = None

    def _teach(self, values: Sequence[float]) -> None:
        for one in values:
            self.strayed.take(abs(one - self.level.median))
            self.level.take(one)

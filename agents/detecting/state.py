"""What a detector knows, and what a look makes of it: muted, watching, firing, and over once it was calm for a while.

Times are those of the data, so that a look that comes late, or never, changes nothing about what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from agents.detecting.line import Line, Odd
from agents.policy.detecting import DetectorPart

HOUR: Final = timedelta(hours=1)
CALM: Final = 3 * HOUR  # so long it is as usual before it is over
FRESH: Final = 4 * HOUR  # what was measured longer ago is no news
GONE: Final = timedelta(hours=24)  # what is measured no more fires no more
UNSEEN: Final = timedelta(
    days=14
)  # what could not be looked at is not over by that; nor does it fire for ever
LEAST: Final[Mapping[str, float]] = {"high": 0.0, "normal": 6.0, "low": 12.0}  # usual strayings


@dataclass(frozen=True, slots=True)
class Fire:
    """A series that fires. `odd_at` is the last hour in which it was out of the ordinary."""

    name: str
    since: datetime
    odd_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """`muted_until` while no series has enough past; `trouble` is why it cannot look, `told` whether people heard of that."""

    muted_until: datetime | None = None
    fires: Mapping[str, Fire] = field(default_factory=dict)
    fired_at: datetime | None = None  # the first hour of what fired last
    over_at: datetime | None = None  # the look that found it over
    trouble: str = ""
    trouble_since: datetime | None = None
    told: bool = False

    @property
    def since(self) -> datetime | None:
        return min((one.since for one in self.fires.values()), default=None)

    @property
    def text(self) -> str:
        """Of what fires, the longest first."""
        ordered = sorted(self.fires.values(), key=lambda one: (one.since, one.name))
        more = f" (and {len(ordered) - 1} more)" if len(ordered) > 1 else ""
        return f"{ordered[0].text}{more}" if ordered else ""


def judged(
    was: State, lines: Sequence[Line], part: DetectorPart, now: datetime, *, whole: bool = True
) -> tuple[State, bool]:
    """What is known after a look that read `lines`, and whether what fired before is over. `whole`: what has no line is measured no more."""
    fires = dict(_going_on(was, lines, part, now, GONE if whole else UNSEEN))
    for line in lines:
        if line.key not in fires and (found := _begun(line, part, now)) is not None:
            fires[line.key] = Fire(line.name, found.begin, line.last, found.text)
    over = bool(was.fires) and not fires
    since = min((one.since for one in fires.values()), default=was.fired_at)
    state = State(
        _muted(lines, fires, was), fires, since, now if over else was.over_at,
        was.trouble, was.trouble_since, was.told,
    )  # fmt: skip
    return state, over


def _muted(lines: Sequence[Line], fires: Mapping[str, Fire], was: State) -> datetime | None:
    """Until the first series has enough. What nobody could read now is as it was."""
    if fires or any(line.ready for line in lines):
        return None
    return min((line.ready_at for line in lines), default=was.muted_until)


def _going_on(
    was: State, lines: Iterable[Line], part: DetectorPart, now: datetime, kept_for: timedelta
) -> Iterable[tuple[str, Fire]]:
    read = {line.key: line for line in lines}
    for key, before in was.fires.items():
        line = read.get(key)
        fire = _seen_again(before, line, part) if line is not None else before
        last, long = (line.last, GONE) if line is not None else (fire.odd_at, kept_for)
        if last - fire.odd_at < CALM and now - last < long:
            yield key, fire


def _seen_again(fire: Fire, line: Line, part: DetectorPart) -> Fire:
    found = [odd for odd in line.odd if counts(odd, part)]
    odd = max(found, key=lambda odd: odd.end or line.last, default=None)
    if odd is None:
        return fire
    text = odd.text if odd.begin >= fire.since else fire.text
    return Fire(fire.name, fire.since, max(fire.odd_at, odd.end or line.last), text)


def _begun(line: Line, part: DetectorPart, now: datetime) -> Odd | None:
    """What goes on in a series that has enough past and was measured lately."""
    if not line.ready or now - line.last > FRESH:
        return None
    return next((odd for odd in line.odd if odd.end is None and counts(odd, part)), None)


def counts(odd: Odd, part: DetectorPart) -> bool:
    """As far out, and to the side, that the policy asks for."""
    side = part.direction in {"both", "above" if odd.above else "below"}
    return side and odd.times >= LEAST[part.sensitivity]

"""A health score and the arithmetic behind it: 100 points, less what each trouble costs, at most so much a kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

WHOLE: Final = 100
ILL: Final = frozenset({"FAILED", "FAULTY", "NEEDS_ATTENTION", "INACCESSIBLE", "UNAVAILABLE"})


@dataclass(frozen=True, slots=True)
class Kind:
    """`points` by the trouble's own word, as Oracle spells it; all of a kind together cost at most `cap`."""

    name: str
    words: str
    points: Mapping[str, int]
    cap: int


KINDS: Final = (
    Kind("alarms", "alarms that fire", {"CRITICAL": 25, "ERROR": 15, "WARNING": 8, "INFO": 2}, 60),
    Kind("states", "resources in a bad state", dict.fromkeys(sorted(ILL), 30), 60),
    Kind("balancers", "load balancers with backends that do not answer", {"CRITICAL": 30, "WARNING": 15}, 45),
    Kind("problems", "open problems of Cloud Guard", {"CRITICAL": 15, "HIGH": 8, "MEDIUM": 3}, 30),
    Kind("work", "work requests that failed within a day", {"FAILED": 5}, 20),
    Kind("metrics", "CPU and memory of instances out of their own band", {"ABOVE": 6, "BELOW": 6}, 18),
    Kind("limits", "service limits close to their end", {"FULL": 10, "NEAR": 4}, 20),
)
_BY_NAME: Final = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Trouble:
    """`ident` and `name` are of the resource that has it; `level` is Oracle's word; `ref` is where it was read.

    `text` is what a search for a resource's name or OCID finds it by, beside these two. `thing` is what has the trouble
    where that is no resource: an alarm, a problem, a work request, a limit.
    """

    kind: str
    level: str
    ident: str
    name: str
    compartment: str
    region: str
    ref: str
    text: str = ""
    thing: str = "resource"

    @property
    def points(self) -> int:
        """0 for a level that costs nothing."""
        return _BY_NAME[self.kind].points.get(self.level, 0)

    def about(self, ident: str, name: str) -> bool:
        return ident == self.ident or any(word and word in self.text for word in (ident, f'"{name}"'))


@dataclass(frozen=True, slots=True)
class Score:
    """`arithmetic` reads `100 - 25 (alarms: 1 CRITICAL) = 75`."""

    points: int
    arithmetic: str
    lost: Mapping[str, int]


def score(troubles: Iterable[Trouble]) -> Score:
    """Never below 0; what costs nothing is not named."""
    every = [one for one in troubles if one.points]
    lost, said = {}, []
    for kind in KINDS:
        mine = [one for one in every if one.kind == kind.name]
        if mine:
            whole = sum(one.points for one in mine)
            lost[kind.name] = min(whole, kind.cap)
            said.append(f" - {lost[kind.name]} ({kind.name}: {_counted(mine)}{_capped(whole, kind.cap)})")
    points = max(0, WHOLE - sum(lost.values()))
    return Score(points, f"{WHOLE}{''.join(said)} = {points}", lost)


def _counted(mine: list[Trouble]) -> str:
    counts = Counter(one.level for one in mine)
    order = list(_BY_NAME[mine[0].kind].points)
    return ", ".join(f"{counts[level]} {level}" for level in order if counts[level])


def _capped(whole: int, cap: int) -> str:
    return f"; {whole}, of which {cap} count" if whole > cap else ""

"""Which boxes and lines a picture of rights has: who is bound alike is one box, and what is too much is counted, worst kept."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

RISKS: Final = ("critical", "high", "medium", "low", "none")
HEADS: Final = ("who", "binding", "role", "may")
MOST = 13  # boxes of a column, beside the one that counts the rest
ALIKE = 4  # subjects bound alike that become one box
NAMED = 2  # of them that it names
Way = tuple[str, str, str, str, str]  # risk, subject, binding, role, may


@dataclass(frozen=True, slots=True)
class Box:
    """`column` is 0 to 3; `risk` the worst of the ways that pass through it; `stands_for` more than one when folded."""

    column: int
    text: str
    risk: str
    stands_for: int = 1


@dataclass(frozen=True, slots=True)
class Folded:
    """`lines` join boxes by their places in `boxes`, each with its risk. `ways` are what is drawn, `left` is how many are only counted."""

    boxes: tuple[Box, ...]
    lines: tuple[tuple[int, int, str], ...]
    ways: tuple[Way, ...]
    left: int = 0
    left_risk: str = "none"


def folded(rows: Sequence[Sequence[str]]) -> Folded:
    """Rows are (risk, subject, binding, role, may), worst first."""
    ways = [(_known(row[0]), row[1], row[2], row[3], row[4]) for row in rows]
    drawn, left = _within(_alike(ways))
    worst = min((way[0] for way in left), key=RISKS.index, default="none")
    rest = [((worst, *_counted(left)), len({way[1] for way in left}))] if left else []
    places: dict[tuple[int, str], int] = {}
    boxes: list[Box] = []
    lines: dict[tuple[int, int], str] = {}
    for way, count in (*drawn, *rest):
        keys = _keys(way)
        for column, (key, text) in enumerate(zip(keys, way[1:], strict=True)):
            if places.setdefault((column, key), len(boxes)) == len(boxes):
                boxes.append(Box(column, text, way[0], count if column == 0 else 1))
        path = [places[column, key] for column, key in enumerate(keys)]
        for pair in itertools.pairwise(path):
            lines.setdefault(pair, way[0])  # the worst came first
    joined = tuple((start, end, risk) for (start, end), risk in lines.items())
    return Folded(tuple(boxes), joined, tuple(way for way, _ in drawn), len(left), worst)


def _keys(way: Way) -> tuple[str, str, str, str]:
    """What makes a box one box: the same words may be in the hands of two roles."""
    return (way[1], way[2], way[3], f"{way[3]}\n{way[4]}")


def _counted(left: list[Way]) -> tuple[str, str, str, str]:
    subjects, bindings, roles = (len({way[column] for way in left}) for column in (1, 2, 3))
    return (
        f"{subjects} more subjects" if subjects != 1 else "1 more subject",
        f"{bindings} bindings",
        f"{roles} roles",
        "each in the list",
    )


def _known(risk: str) -> str:
    return risk if risk in RISKS else "none"


def _alike(ways: Iterable[Way]) -> list[tuple[Way, int, list[Way]]]:
    """Each way with how many subjects it stands for: those of one kind that hold just the same, with the same risk."""
    by_subject: dict[str, list[Way]] = {}
    for way in ways:
        by_subject.setdefault(way[1], []).append(way)
    groups: dict[tuple[object, ...], list[str]] = {}
    for subject, mine in by_subject.items():
        held = frozenset((way[0], *way[2:]) for way in mine)
        groups.setdefault((subject.partition(" ")[0], held), []).append(subject)
    found: list[tuple[Way, int, list[Way]]] = []
    for subjects in groups.values():
        if len(subjects) < ALIKE:
            found += [(way, 1, [way]) for subject in subjects for way in by_subject[subject]]
            continue
        text = _several(subjects)
        for at, way in enumerate(by_subject[subjects[0]]):
            held_by = [by_subject[subject][at] for subject in subjects]
            found.append(((way[0], text, *way[2:]), len(subjects), held_by))
    return sorted(found, key=lambda one: RISKS.index(one[0][0]))


def _several(subjects: list[str]) -> str:
    kind = subjects[0].partition(" ")[0]
    names = [subject.partition(" ")[2] for subject in subjects[:NAMED]]
    return f"{len(subjects)} {kind}s: {', '.join(names)} and {len(subjects) - NAMED} more"


def _within(ways: list[tuple[Way, int, list[Way]]]) -> tuple[list[tuple[Way, int]], list[Way]]:
    """As many as fit into the columns, and what does not."""
    seen: tuple[set[str], ...] = (set(), set(), set(), set())
    drawn: list[tuple[Way, int]] = []
    left: list[Way] = []
    for way, count, held in ways:
        keys = _keys(way)
        if all(key in known or len(known) < MOST for key, known in zip(keys, seen, strict=True)):
            for key, known in zip(keys, seen, strict=True):
                known.add(key)
            drawn.append((way, count))
        else:
            left += held
    return drawn, left

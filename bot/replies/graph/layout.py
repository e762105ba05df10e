"""Where each box of the picture stands, and what is written in it: numbers and words, no drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.replies.graph.folded import HEADS, Box, Folded

Measure = Callable[[str], float]  # pixels of a line of text
WIDE, GAP, EDGE, PAD, LINE = 330, 110, 36, 10, 22
TOP, BETWEEN, FOOT = 110, 16, 64
LINES: Final = (3, 2, 2, 5)  # of text in a box, by column


@dataclass(frozen=True, slots=True)
class Placed:
    """A box by its corners. `lines` fit into it; `risk` is written above them where there is one."""

    left: int
    top: int
    right: int
    bottom: int
    lines: tuple[str, ...]
    risk: str
    several: bool


@dataclass(frozen=True, slots=True)
class Layout:
    width: int
    height: int
    title: str
    note: str
    heads: tuple[tuple[int, str], ...]
    boxes: tuple[Placed, ...]
    lines: tuple[tuple[int, int, str], ...]


def laid_out(found: Folded, title: str, note: str, measure: Measure) -> Layout:
    order = _ordered(found)
    boxes: list[Placed | None] = [None] * len(found.boxes)
    lowest = TOP
    for column, places in enumerate(order):
        top, left = TOP, EDGE + column * (WIDE + GAP)
        for at in places:
            box = found.boxes[at]
            lines = fitted(box.text, WIDE - 2 * PAD, LINES[column], measure)
            high = 2 * PAD + LINE * (len(lines) + _marked(box))
            boxes[at] = Placed(left, top, left + WIDE, top + high, lines, box.risk, box.stands_for > 1)
            top += high + BETWEEN
        lowest = max(lowest, top)
    width = 2 * EDGE + len(HEADS) * WIDE + (len(HEADS) - 1) * GAP
    heads = tuple((EDGE + column * (WIDE + GAP), head) for column, head in enumerate(HEADS))
    title, note = (fitted(text, width - 2 * EDGE, 1, measure)[0] for text in (title, note))
    return Layout(width, lowest + FOOT, title, note, heads, tuple(filter(None, boxes)), found.lines)


def _marked(box: Box) -> int:
    return 0 if box.risk == "none" or box.column != 0 else 1


def _ordered(found: Folded) -> list[list[int]]:
    """Of each column the boxes from top to bottom: who holds the worst first, then each beside what leads to it."""
    columns = [[at for at, box in enumerate(found.boxes) if box.column == column] for column in range(len(HEADS))]  # fmt: skip
    rank = {at: float(place) for place, at in enumerate(columns[0])}
    for column in columns[1:]:
        before = {at: [rank[a] for a, b, _ in found.lines if b == at and a in rank] for at in column}
        column.sort(key=lambda at: sum(before[at]) / max(1, len(before[at])))
        rank |= {at: float(place) for place, at in enumerate(column)}
    return columns


def fitted(text: str, wide: int, most: int, measure: Measure) -> tuple[str, ...]:
    """The text in at most so many lines; what does not fit is cut out of its middle and marked, as names differ at their ends."""
    text = " ".join(text.split())
    lines = _wrapped(text, wide, measure)
    if len(lines) <= most:
        return tuple(lines) or ("",)
    kept = len(text)
    while kept > 1 and len(lines) > most:
        kept = int(kept * 0.93)
        head = (kept + 1) // 2
        lines = _wrapped(f"{text[:head].rstrip()}…{text[len(text) - (kept - head) :].lstrip()}", wide, measure)  # fmt: skip
    return tuple(lines[:most])


def _wrapped(text: str, wide: int, measure: Measure) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if measure(joined) <= wide:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line) > wide and len(line) > 1:
            at = _room(line, wide, measure)
            lines.append(line[:at])
            line = line[at:]
    return [*lines, *([line] if line else [])]


def _room(word: str, wide: int, measure: Measure) -> int:
    """How many characters of a word fit into a line; at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(word[:middle]) <= wide else (low, middle - 1)
    return low

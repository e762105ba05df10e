"""Results cut to what a model can read: whole lines, the most important first, and how much was left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tools.marks import mark

BUDGET = 6_000  # characters
TABLED = 300  # rows of a table: a person pages through them, no model reads them
TOKEN = re.compile(r"[\w.:/@+,=%-]{1,120}", re.ASCII)


def digest(parts: Iterable[str], budget: int = BUDGET) -> str:
    """Lines in order of importance until the budget is used; what does not fit is counted."""
    kept: list[str] = []
    used, dropped = 0, 0
    room = budget - 60
    for part in parts:
        for line in part.splitlines() or [""]:
            if dropped == 0 and used + len(line) + 1 <= room:
                kept.append(line)
                used += len(line) + 1
            else:
                dropped += 1
    if dropped:
        kept.append(f"({dropped} more lines in the full result)")
    return "\n".join(kept)


def short(text: str, most: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def counted(number: int, what: str) -> str:
    """`1 pod`, `3 pods`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def proved(lines: Iterable[str], most: int, first: int = 1) -> list[str]:
    """Lines of which the first `most` are evidence `first`, `first + 1` and so on of their result."""
    return [
        line + (mark(number) if number < first + most else "") for number, line in enumerate(lines, first)
    ]


def token(text: str, otherwise: str) -> str:
    """A value that has no room for a sentence: an image, an amount, a name. Anything else is named, not repeated."""
    return text if TOKEN.fullmatch(text) else otherwise


def listed(words: Sequence[str], most: int = 8) -> str:
    """`a, b, c and 4 more`."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"

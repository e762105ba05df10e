"""Where a value begins and ends in a line of text, in all the ways that names and values are written."""

from __future__ import annotations

import re

OPENING = re.compile(r"(\\{0,6})([\"'])")
LIST_ITEM = re.compile(r"\\{0,6}[\"']((?:[^\"'\\]|\\[^\"'])+)\\{0,6}[\"']")
# punctuation ends a bare value only where something else clearly begins
BARE = re.compile(
    r"\$\([^)\n]*\)|\$\{[^}\n]*\}"
    r"|(?:[^\s\"'`\\,;&)}\]<>|]|\\(?![\"'nrt])|[,;&)}\]<>|](?![\s,;&)}\]<>|\"'\\]|$|[\w.-]{1,40}=))+"
)
LONGEST = 4096

Place = tuple[int, int]


def line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def quoted(text: str, at: int) -> Place | None:
    """The inside of a quoted value that opens at `at`, also in JSON inside of JSON. To the line's end if never closed."""
    opening = OPENING.match(text, at)
    if opening is None:
        return None
    level, quote, start = len(opening[1]), opening[2], opening.end()
    end = line_end(text, start)
    found = text.find(quote, start, end)
    while found >= 0:
        slashes = _slashes_before(text, start, found)
        if slashes <= level if level else slashes % 2 == 0:
            return start, found - (min(slashes, level) if level else 0)
        found = text.find(quote, found + 1, end)
    return start, end


def _slashes_before(text: str, start: int, at: int) -> int:
    first = at
    while first > start and text[first - 1] == "\\":
        first -= 1
    return at - first


def bare(text: str, at: int) -> Place | None:
    match = BARE.match(text, at, min(line_end(text, at), at + LONGEST))
    return (match.start(), match.end()) if match else None


def rest_of_line(text: str, at: int) -> Place | None:
    rest = text[at : line_end(text, at)].split(" #", 1)[0].rstrip()
    return (at, at + len(rest)) if rest else None


def list_items(text: str, at: int) -> list[Place]:
    """The quoted strings of a list that opens at `at`."""
    end = text.find("]", at)
    return [m.span(1) for m in LIST_ITEM.finditer(text, at, len(text) if end < 0 else end)]

"""Raw log text to entries: stack traces stay whole, each entry has its time and level."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tools.logs.lines import Level, level_of, split_stamp

# A line that continues the one before it.
_CONTINUES = re.compile(
    r"^(\s+\S|\tat |at [\w.$<>]+\(|Caused by: |Suppressed: |\.\.\. \d+ more|goroutine \d+ \[|\)$|\}$)"
)
_TRACE = re.compile(r"Traceback \(most recent call last\)|^panic: |^goroutine \d+ \[")
_PYTHON_END = re.compile(r"^[\w.]+(Error|Exception|Warning|Interrupt|Exit)\b")
MAX_LINES = 200  # of one entry: a longer trace is cut, the rest starts anew


@dataclass(slots=True)
class Entry:
    """One thing that a program said, in one or more lines."""

    pod: str
    container: str
    at: datetime | None
    level: Level
    lines: list[str] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.lines[0]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def said(self) -> str:
        """The line that names the trouble: of a Python trace the last one, else the first."""
        return self.lines[-1] if len(self.lines) > 1 and _PYTHON_END.match(self.lines[-1]) else self.lines[0]


def entries(pod: str, container: str, text: str) -> Iterator[Entry]:
    """Entries of one container's log, in order."""
    current: Entry | None = None
    in_trace = False
    for raw in text.splitlines():
        at, line = split_stamp(raw.rstrip())
        if not line.strip():
            continue
        continues = (
            current is not None
            and len(current.lines) < MAX_LINES
            and (_CONTINUES.match(line) or (in_trace and bool(_PYTHON_END.match(line))))
        )
        if current is not None and continues:
            current.lines.append(line)
            in_trace = in_trace and not _PYTHON_END.match(line)
            continue
        if current is not None:
            yield _levelled(current)
        current = Entry(pod, container, at, "unknown", [line])
        in_trace = bool(_TRACE.search(line))
    if current is not None:
        yield _levelled(current)


def _levelled(entry: Entry) -> Entry:
    entry.level = level_of(entry.head)
    if entry.level in {"unknown", "info"} and len(entry.lines) > 1 and _TRACE.search(entry.text):
        entry.level = "error"
    return entry


def count_lines(found: Iterable[Entry]) -> int:
    return sum(len(entry.lines) for entry in found)

"""Lines of a log: their time, their level, and the one that says most."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Literal

Level = Literal["fatal", "error", "warning", "info", "debug", "unknown"]
LEVELS: Final[tuple[Level, ...]] = ("fatal", "error", "warning", "info", "debug", "unknown")

_STAMP = re.compile(r"^(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?")
_WORDS: Final[tuple[tuple[Level, re.Pattern[str]], ...]] = (
    ("fatal", re.compile(r"\b(FATAL|PANIC|CRITICAL|CRIT|EMERG)\b|level=(fatal|panic|critical)|^panic:|\"level\": ?\"(fatal|panic|critical)\"", re.IGNORECASE)),
    ("error", re.compile(r"\b(ERROR|ERR|SEVERE)\b|level=err|^E\d{4} |\"(level|severity)\": ?\"err", re.IGNORECASE)),
    ("warning", re.compile(r"\b(WARN|WARNING)\b|level=warn|^W\d{4} |\"(level|severity)\": ?\"warn", re.IGNORECASE)),
    ("info", re.compile(r"\b(INFO|NOTICE)\b|level=info|^I\d{4} |\"(level|severity)\": ?\"(info|notice)", re.IGNORECASE)),
    ("debug", re.compile(r"\b(DEBUG|TRACE)\b|level=(debug|trace)|\"(level|severity)\": ?\"(debug|trace)", re.IGNORECASE)),
)  # fmt: skip
_TROUBLE = re.compile(
    r"exception|traceback|refused|denied|forbidden|timed? ?out|not found|undefined|unable|cannot|can't|failed|failure"
    r"|invalid|missing|too many|no space|killed|out of memory|unreachable|reset by peer",
    re.IGNORECASE,
)


def level_of(line: str) -> Level:
    """The level that a line states; a line that only sounds like trouble is an error."""
    head = line[:200]
    for level, pattern in _WORDS:
        if pattern.search(head):
            return level
    return "error" if _TROUBLE.search(head) else "unknown"


def split_stamp(line: str) -> tuple[datetime | None, str]:
    """The time that the API server put in front of a line (`timestamps=true`), and the line itself."""
    found = _STAMP.match(line)
    if found is None:
        return None, line
    try:
        return datetime.fromisoformat(found["at"]), line[found.end() :]
    except ValueError:
        return None, line


def telling(text: str) -> str:
    """The line that says most about why a program ended: the last fatal or error line, else the last line."""
    lines = [split_stamp(line)[1].strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    for level in ("fatal", "error"):
        mine = [line for line in lines if level_of(line) == level and not line.startswith(("at ", "File "))]
        if mine:
            return mine[-1][:300]
    return lines[-1][:300] if lines else ""

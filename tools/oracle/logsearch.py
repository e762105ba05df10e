"""Logging Search: its query, written from typed parts alone, and its answer as entries.

What a model or a person wrote stands in the query only as a quoted value out of a plain alphabet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tools.logs.entries import Entry, entries
from tools.logs.lines import LEVELS, Level, level_of, split_stamp
from tools.oracle.where import Where, text_of
from tools.spec import Json

LONGEST: Final = timedelta(days=14)  # of one search
PLAIN: Final = r"^[^'\"\\|*\x00-\x1f\x7f]{1,120}$"  # a value that cannot end the quotes it stands in
PAGE: Final = 500
CAP: Final = 4_000  # results of one search
_PLAIN: Final = re.compile(PLAIN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty: any. `text` is anywhere in the entry, in any case; `source` is the resource that logs; `log` an OCID or name."""

    text: str = ""
    source: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """`items` youngest first; `whole` is false when there was more than was read."""

    items: tuple[Json, ...]
    whole: bool


def spelled(compartments: Sequence[str], wanted: Wanted) -> str:
    """The query. Raises ValueError for a value outside of the alphabet: arguments were to be checked before."""
    places = " ".join(f'"{one}"' for one in compartments)
    tests = [
        f"{field} = '{_value(value)}'"
        for field, value in (("logContent", wanted.text and f"*{wanted.text}*"), ("source", wanted.source))
        if value
    ]
    return " | ".join(
        (f"search {places}", *([f"where {' and '.join(tests)}"] if tests else []), "sort by datetime desc")
    )


def _value(text: str) -> str:
    if not _PLAIN.fullmatch(text.strip("*")):
        raise ValueError("a value of the query has characters that it may not have")
    return text


async def read(
    where: Where, region: str, compartments: Sequence[str], window: tuple[datetime, datetime], wanted: Wanted
) -> Found:
    """One search, page by page. Raises the three error words."""
    details = {
        "timeStart": _stamp(window[0]),
        "timeEnd": _stamp(window[1]),
        "searchQuery": spelled(compartments, wanted),
        "isReturnFieldInfo": False,
    }
    kept: list[Json] = []
    page: dict[str, str] = {}
    while True:
        answer = await where.api.read(
            "log_search", "search_logs", region=region, search_logs_details=details, limit=PAGE, **page
        )
        kept += [_content(one) for one in answer.data.get("results") or []]
        page = {"page": answer.next_page}
        if not answer.next_page or len(kept) >= CAP:
            return Found(tuple(kept[:CAP]), whole=not answer.next_page and len(kept) <= CAP)


def _content(result: Json) -> Json:
    data = result.get("data")
    content = data.get("logContent") if isinstance(data, dict) else None
    return content if isinstance(content, dict) else {}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def said(items: Sequence[Json]) -> list[Entry]:
    """Entries of all sources. `pod` is the source, `container` the log.

    What came as one entry stays one, however many lines it has; a trace that an agent sent line by line is one again.
    """
    whole: list[Entry] = []
    single: dict[tuple[str, str], list[tuple[str, str]]] = {}
    levels: dict[tuple[str, str], Level] = {}
    for item in items:
        at, message = text_of(item, "time"), message_of(item).rstrip()
        source = text_of(item, "source") or text_of(item, "subject") or "unknown"
        if level := _level(item):
            levels[source, message.partition("\n")[0].rstrip()] = level
        if "\n" in message:
            whole.append(_entry(source, log_of(item), at, message))
        else:
            single.setdefault((source, log_of(item)), []).append((at, message))
    for (source, log), lines in single.items():
        ordered = "\n".join(f"{at} {message}" for at, message in sorted(lines, key=lambda one: one[0]))
        whole += entries(source, log, ordered)
    return [_levelled(entry, levels) for entry in whole]


def _entry(source: str, log: str, at: str, message: str) -> Entry:
    stamp, _ = split_stamp(f"{at} ")
    lines = [line.rstrip() for line in message.splitlines() if line.strip()]
    return Entry(source, log, stamp, level_of(lines[0]), lines)


def _levelled(entry: Entry, levels: dict[tuple[str, str], Level]) -> Entry:
    """What the log itself says of its level beats what its words sound like."""
    entry.level = levels.get((entry.pod, entry.head), entry.level)
    return entry


def _level(item: Json) -> Level | None:
    data = item.get("data")
    named = text_of(data, "level") if isinstance(data, dict) else ""
    low = (named or text_of(item, "level")).lower()
    known = {"warn": "warning", "critical": "fatal", "err": "error", "notice": "info"}.get(low, low)
    return next((level for level in LEVELS if level == known and level != "unknown"), None)


def log_of(item: Json) -> str:
    return text_of(item, "oracle", "logid") or text_of(item, "type")


def message_of(item: Json) -> str:
    """The words of an entry: services put them in different places."""
    data: Any = item.get("data")
    if isinstance(data, dict):
        for key in ("message", "msg", "log", "errorMessage"):
            if words := text_of(data, key):
                return words
        return json.dumps(data, sort_keys=True, ensure_ascii=False)[:2_000]
    return str(data or text_of(item, "message"))

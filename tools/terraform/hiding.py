"""What of a plan's values may be shown: none that Terraform calls sensitive, none that holds such a value, none whose name says secret.

A provider copies what it is given: the output of an object that was made from a password is not marked, and is the password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tools.reads.digest import short
from tools.spec import Json

SHORTEST: Final = 4  # characters of a sensitive value that other values are searched for
LONGEST: Final = 80  # characters of a value that is shown
MANY: Final = 6  # fields of one object that are named
SECRET: Final = re.compile(
    r"pass|pwd|secret|token|credential|private|key|cert|user_?data|metadata|connection_string|content|auth",
    re.IGNORECASE,
)
HIDDEN, UNKNOWN = "(hidden)", "(known after apply)"
PARTS: Final = ("before", "after")


@dataclass(frozen=True, slots=True)
class Hidden:
    """`values` are all that the plan calls sensitive anywhere."""

    values: re.Pattern[str] | None

    def lines(self, change: Json) -> tuple[str, ...]:
        """The fields that differ, those that force a replacement first."""
        before, after = _fields(change.get("before")), _fields(change.get("after"))
        unknown = _fields(change.get("after_unknown"))
        forced = {str(path[0]) for path in change.get("replace_paths") or () if path}
        names = [
            name
            for name in dict.fromkeys((*before, *after, *unknown))
            if unknown.get(name) or before.get(name) != after.get(name)
        ]
        names = [name for name in names if name in forced or not (unknown.get(name) and name == "id")]
        names.sort(key=lambda name: (name not in forced, bool(unknown.get(name))))
        said = [self._line(name, change, forced=name in forced) for name in names[:MANY]]
        more = len(names) - len(said)
        return (*said, *([f"and {more} more fields"] if more else []))

    def _line(self, name: str, change: Json, *, forced: bool) -> str:
        before, after = (self._value(name, change, part) for part in PARTS)
        tail = " (forces replacement)" if forced else ""
        return f"{short(name, 60)}: {before} → {after}{tail}"

    def _value(self, name: str, change: Json, part: str) -> str:
        if part == "after" and _fields(change.get("after_unknown")).get(name):
            return UNKNOWN
        marks = change.get(f"{part}_sensitive")
        if marks is True or _fields(marks).get(name) or SECRET.search(name):
            return HIDDEN
        return self._shown(_fields(change.get(part)).get(name))

    def _shown(self, value: Any) -> str:
        """A plain value; of what has parts, how many."""
        if value is None:
            return "(unset)"
        if isinstance(value, dict | list):
            return f"({len(value)} {'fields' if isinstance(value, dict) else 'items'})"
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return HIDDEN if self.values and self.values.search(text) else short(text, LONGEST)


def hidden_of(plan: Json) -> Hidden:
    values = sorted({text for text in _sensitive(plan) if len(text) >= SHORTEST}, key=len, reverse=True)
    return Hidden(re.compile("|".join(map(re.escape, values))) if values else None)


def _sensitive(plan: Json) -> Iterator[str]:
    rows = plan.get("resource_changes")
    changes = [row.get("change") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    outputs = plan.get("output_changes")
    changes += list(outputs.values()) if isinstance(outputs, dict) else []
    for change in changes:
        if isinstance(change, dict):
            for part in PARTS:
                yield from _marked(change.get(part), change.get(f"{part}_sensitive"))


def _marked(value: Any, marks: Any) -> Iterator[str]:
    """The plain values at the places that are marked; a mark on a whole covers all of its parts."""
    if marks is True:
        yield from _plain(value)
    elif isinstance(marks, dict) and isinstance(value, dict):
        for name, mark in marks.items():
            yield from _marked(value.get(name), mark)
    elif isinstance(marks, list) and isinstance(value, list):
        for item, mark in zip(value, marks, strict=False):
            yield from _marked(item, mark)


def _plain(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _plain(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _fields(value: Any) -> Json:
    return value if isinstance(value, dict) else {}

"""Time windows as people write them: `30m`, `2h`, `1d`, or a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

_FORM = re.compile(r"^(?P<number>\d{1,4})(?P<unit>[smhdw])$")
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=30)


def _valid(text: str) -> str:
    if not _FORM.match(text):
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError("a time needs a zone, e.g. 2026-11-24T09:00:00Z")
    elif span(text) > LONGEST:
        raise ValueError("at most 30 days")
    return text


Window = Annotated[
    str, Field(max_length=40, description="how far back: 15m, 2h, 1d; or a time"), AfterValidator(_valid)
]


def span(text: str) -> timedelta:
    found = _FORM.match(text)
    if found is None:
        raise ValueError("write 15m, 2h or 1d")
    return timedelta(seconds=int(found["number"]) * _UNIT[found["unit"]])


def start(text: str, now: datetime) -> datetime:
    """The moment that the window begins."""
    return now - span(text) if _FORM.match(text) else datetime.fromisoformat(text).astimezone(UTC)


def ago(at: datetime, now: datetime) -> str:
    """`3m`, `2h`, `5d`: how long ago."""
    seconds = max(0, int((now - at).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (unit == "m" and seconds >= size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"

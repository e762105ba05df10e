"""Time windows as people write them: `30m`, `2h`, `1d`, or a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

_FORM = re.compile(r"^(?P<number>\d{1,4})(?P<unit>[smhdw])$")
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = timedelta(days=30)
LONGEST_OURS = timedelta(days=730)  # of what we keep ourselves


def _valid(text: str, longest: timedelta = LONGEST) -> str:
    if not _FORM.match(text):
        _time(text)
    elif span(text) > longest:
        raise ValueError(f"at most {longest.days} days")
    return text


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("write 15m, 2h or 1d, or a time such as 2026-11-24T09:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError("a time needs a zone, e.g. 2026-11-24T09:00:00Z")
    return at.astimezone(UTC)


Window = Annotated[
    str, Field(max_length=40, description="how far back: 15m, 2h, 1d; or a time"), AfterValidator(_valid)
]
OurWindow = Annotated[
    str,
    Field(max_length=40, description="how far back: 30d, 12w; or a time"),
    AfterValidator(lambda text: _valid(text, LONGEST_OURS)),
]


Until = Annotated[
    str | None, Field(max_length=40, description="end"), AfterValidator(lambda t: _valid(t) if t else None)
]


def span(text: str) -> timedelta:
    found = _FORM.match(text)
    if found is None:
        raise ValueError("write 15m, 2h or 1d")
    return timedelta(seconds=int(found["number"]) * _UNIT[found["unit"]])


def start(text: str, now: datetime) -> datetime:
    """The moment that the window begins."""
    return now - span(text) if _FORM.match(text) else datetime.fromisoformat(text).astimezone(UTC)


def moment(text: str, now: datetime) -> datetime:
    """The same for what people type, however long ago. Raises ValueError in words."""
    return now - span(text) if _FORM.match(text) else _time(text)


def end(text: str | None, now: datetime) -> datetime:
    """The moment that the window ends: now, where nothing is said."""
    return start(text, now) if text else now


def within(since: str, until: str | None, now: datetime) -> str:
    """The window in words: `in the last 1h`, `since 2026-11-24 09:00 UTC`, `from 2026-11-24 00:00 to 2026-11-25 00:00 UTC`."""
    if until is None and _FORM.match(since):
        return f"in the last {since}"
    begin = f"{start(since, now):%Y-%m-%d %H:%M}"
    return f"from {begin} to {start(until, now):%Y-%m-%d %H:%M} UTC" if until else f"since {begin} UTC"


def ago(at: datetime, now: datetime) -> str:
    """`3m`, `2h`, `5d`: how long ago."""
    seconds = max(0, int((now - at).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size or (unit == "m" and seconds >= size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"

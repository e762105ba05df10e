"""Moments: as the API writes them, and as a scenario says them relative to its start."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.oci.errors import bad_parameter

DAY: Final = 86400.0
HOUR: Final = 3600.0
BILLED_AFTER: Final = 24 * HOUR  # usage of an hour shows in the cost data so much later
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": HOUR, "d": DAY}
_AGO: Final = re.compile(r"([-+])(\d+(?:\.\d+)?)([smhd])")
_MONDAY: Final = re.compile(r"monday(?: (\d\d):(\d\d))?")


def stamp(at: float) -> str:
    """`2026-11-23T11:13:36.347Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch(text: str) -> float:
    """Raises ValueError for what is no moment. One without a zone is UTC, as the SDK sends it."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def given(name: str, text: str) -> float:
    """A moment that a client sent."""
    try:
        return epoch(text)
    except ValueError:
        raise bad_parameter(f"{name} is no RFC 3339 time: {text}") from None


def midnight(at: float) -> float:
    return at // DAY * DAY


def moment(text: str, begun: float) -> float:
    """`-3h` before the start, `+6d` after it; `monday 09:12` of the last Monday whose whole day is in the cost data."""
    if ago := _AGO.fullmatch(text):
        span = float(ago[2]) * _UNITS[ago[3]]
        return begun - span if ago[1] == "-" else begun + span
    if monday := _MONDAY.fullmatch(text):
        return _monday(begun) + int(monday[1] or 0) * HOUR + int(monday[2] or 0) * 60
    return epoch(text)


def _monday(begun: float) -> float:
    whole = datetime.fromtimestamp(begun - BILLED_AFTER - DAY, UTC)
    day = whole.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=whole.weekday())
    return day.timestamp()

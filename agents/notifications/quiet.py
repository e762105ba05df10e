"""Hours in which a person or a channel is left alone, by the clock on their wall."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def ends(quiet: str, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` (aware) falls into, else None. `quiet` is `none` or such as `22:00-07:00`.

    Their end is not quiet. An end that the clock passes over or shows twice is the first moment that shows it or a later time.
    """
    if quiet == "none":
        return None
    begin, end = (time.fromisoformat(part) for part in quiet.split("-"))
    if begin == end:
        return None
    known = _known(zone)
    local = now.astimezone(known)
    clock = local.time()
    within = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not within:
        return None
    day = local.date() + timedelta(days=1 if begin > end and clock >= begin else 0)
    return datetime.combine(day, end, known).astimezone(now.tzinfo)


def _known(zone: str) -> ZoneInfo:
    """UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")

"""Cron expressions: the next moment that one names."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_NAMES: Final = {
    **{day: n for n, day in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))},
    **{
        month: n
        for n, month in enumerate(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
        )
    },
}
_MACROS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_DAYS: Final = 366 * 4


def _number(text: str) -> int:
    return _NAMES[text.lower()] if text.lower() in _NAMES else int(text)


def _field(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        else:
            start, _, end = span.partition("-")
            first = _number(start)
            last = _number(end) if end else (high if step else first)
        found.update(range(first, last + 1, int(step or 1)))
    if not found or min(found) < low or max(found) > high:
        raise ValueError(text)
    return found


def upcoming(schedule: str, after: float, zone: str | None = None) -> float | None:
    """The first moment after `after`; None when there is none in four years.

    Raises:
        ValueError: the schedule cannot be read.
    """
    fields = _MACROS.get(schedule.strip(), schedule).split()
    if len(fields) != len(_BOUNDS):
        raise ValueError(schedule)
    minutes, hours, days, months, weekdays = (
        _field(text, *bounds) for text, bounds in zip(fields, _BOUNDS, strict=True)
    )
    weekdays = {day % 7 for day in weekdays}
    either = fields[2] != "*" and fields[4] != "*"
    start = datetime.fromtimestamp(after, ZoneInfo(zone) if zone else UTC)
    for ahead in range(_DAYS):
        day = (start + timedelta(days=ahead)).replace(second=0, microsecond=0)
        fits = (day.day in days, (day.weekday() + 1) % 7 in weekdays)
        if day.month not in months or not (any(fits) if either else all(fits)):
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                at = day.replace(hour=hour, minute=minute).timestamp()
                if at > after:
                    return at
    return None

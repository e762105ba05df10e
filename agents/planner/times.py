"""Time ranges in words, to `since` and `until` as tools take them: `15m`, `2h`, `3d`, or an ISO time in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "couple of": 2, "couple": 2, "two": 2, "three": 3, "few": 3, "four": 4, "five": 5,
    "six": 6, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "half an": 0.5, "half a": 0.5, "half": 0.5,
}  # fmt: skip
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b"
_COUNT = (
    r"(?P<count>\d+(?:\.\d+)?|half an?|half|a couple of|couple of|couple|a few|few|an|a|one|two|three|four|five"
    r"|six|ten|fifteen|twenty|thirty)"
)
_LAST = re.compile(
    rf"\b(?:last|past|previous|recent|latest|for|during|within|over)\s+(?:the\s+)?(?:last\s+|past\s+)?{_COUNT}\s*{_UNIT}"
)
_AGO = re.compile(rf"\b{_COUNT}\s*{_UNIT}\s+(?:ago|back)\b")
_BARE_LAST = re.compile(r"\b(?:last|past|this|previous)\s+(?P<unit>minute|hour|day|week)\b")
_SHORT = re.compile(r"(?:^|\s)-?(?P<count>\d+)\s?(?P<unit>m|h|d|min|mins|minutes|hours|days)\b(?!\w)")
_CLOCK = r"(?P<{0}h>\d{{1,2}})(?:[:.](?P<{0}m>\d{{2}}))?\s*(?P<{0}p>am|pm|a\.m\.|p\.m\.)?(?:\s*(?:o'?clock|utc|gmt|z))?"
_SINCE = re.compile(
    r"\b(?:since|from|after|starting(?: at| from)?|as of)\s+(?:about\s+|around\s+)?(?P<day>yesterday\s+|today\s+)?(?:at\s+)?"
    + _CLOCK.format("s")
    + r"(?!\s*(?:replicas?|pods?|instances?|%|[mg]i?b?\b|min|hour|day|second))\b"
)
_POINT = re.compile(
    r"\b(?:at|around|about)\s+(?:about\s+|around\s+)?"
    + _CLOCK.format("s").replace("(?:[:.](?P<sm>\\d{2}))?", "[:.](?P<sm>\\d{2})")
    + r"(?P<day>\s+yesterday)?"
)
_AROUND = timedelta(minutes=10)  # what happened "at 17:46" began a little before and showed a little after
_UNTIL = re.compile(r"\b(?:until|till|to|and|before|-)\s+(?:about\s+)?" + _CLOCK.format("u"))
_BETWEEN = re.compile(r"\b(?:between)\s+" + _CLOCK.format("s") + r"\s+(?:and|to)\s+" + _CLOCK.format("u"))
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?(?:z|[+-]\d{2}:\d{2})?)?", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:since|after|from)\s+(?:the\s+|that\s+|this\s+)?(?:last\s+|latest\s+|new\s+|recent\s+)*"
    r"(?:rollout|deploy(?:ment)?|release|change|update|restart|upgrade|it started|it began)\b"
)
_DAYS = {"yesterday": 1, "day before yesterday": 2, "last night": 1, "overnight": 1}


@dataclass(frozen=True, slots=True)
class Window:
    """`since` and `until` are empty when the text does not say; `event` is true for "since the rollout"."""

    since: str = ""
    until: str = ""
    event: bool = False
    text: str = ""  # the words it was read from, so that their numbers are not read again

    def as_args(self) -> dict[str, str]:
        return {key: value for key, value in (("since", self.since), ("until", self.until)) if value}

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.event)


def window(text: str, now: datetime, rollout_at: datetime | None = None) -> Window:
    """Read the first time range in lower-case text. Clock times are UTC, and today unless that lies ahead."""
    if match := _EVENT.search(text):
        return Window(since=_iso(rollout_at) if rollout_at else "", event=True, text=match.group())
    for read in (_from_iso, _between, _since_clock, _at_clock, _relative, _named_day):
        if found := read(text, now):
            return found
    return Window()


def _from_iso(text: str, _now: datetime) -> Window | None:
    stamps = [_parse_iso(match.group()) for match in _ISO.finditer(text)]
    times = [stamp for stamp in stamps if stamp is not None]
    if not times:
        return None
    until = _iso(times[1]) if len(times) > 1 else ""
    return Window(since=_iso(times[0]), until=until, text=" ".join(m.group() for m in _ISO.finditer(text)))


def _parse_iso(text: str) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def _between(text: str, now: datetime) -> Window | None:
    match = _BETWEEN.search(text)
    if not match:
        return None
    since, until = _at(match, "s", now), _at(match, "u", now)
    if since is None or until is None:
        return None
    return Window(since=_iso(since), until=_iso(until), text=match.group())


def _since_clock(text: str, now: datetime) -> Window | None:
    match = _SINCE.search(text)
    if not match:
        return None
    since = _at(match, "s", now, days=1 if (match["day"] or "").strip() == "yesterday" else 0)
    if since is None:
        return None
    after = _UNTIL.match(text[match.end() :].lstrip())
    until = _at(after, "u", now) if after else None
    return Window(
        since=_iso(since),
        until=_iso(until) if until else "",
        text=match.group() + (after.group() if after else ""),
    )


def _at_clock(text: str, now: datetime) -> Window | None:
    """A point of time is a window around it."""
    match = _POINT.search(text)
    if not match:
        return None
    at = _at(match, "s", now, days=1 if match["day"] or "yesterday at" in text else 0)
    if at is None:
        return None
    return Window(since=_iso(at - _AROUND), until=_iso(min(at + _AROUND, now)), text=match.group())


def _at(match: re.Match[str], side: str, now: datetime, days: int = 0) -> datetime | None:
    hour, minute = int(match[f"{side}h"]), int(match[f"{side}m"] or 0)
    half = (match[f"{side}p"] or "").replace(".", "")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    stamp = now.astimezone(UTC).replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(
        days=days
    )
    return stamp - timedelta(days=1) if stamp > now else stamp


def _relative(text: str, _now: datetime) -> Window | None:
    for pattern in (_LAST, _AGO, _SHORT):
        if match := pattern.search(text):
            seconds = _count(match["count"]) * _UNITS[match["unit"][0]]
            return Window(since=_short(seconds), text=match.group().strip())
    if match := _BARE_LAST.search(text):
        return Window(since=_short(_UNITS[match["unit"][0]]), text=match.group())
    return None


def _count(word: str) -> float:
    word = word.removeprefix("a ") if word in {"a few", "a couple of"} else word
    return float(_NUMBERS[word]) if word in _NUMBERS else float(word)


def _short(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{max(1, round(seconds / 60))}m" if seconds >= 60 else f"{max(1, round(seconds))}s"


def _named_day(text: str, now: datetime) -> Window | None:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if match := re.search(r"\bday before yesterday\b|\byesterday\b|\blast night\b|\bovernight\b", text):
        start = midnight - timedelta(days=_DAYS[match.group()])
        if "night" in match.group():
            return Window(since=_iso(start + timedelta(hours=18)), text=match.group())
        until = (
            ""
            if re.search(r"\bsince (the )?(day before )?yesterday\b", text)
            else _iso(start + timedelta(days=1))
        )
        return Window(since=_iso(start), until=until, text=match.group())
    if match := re.search(r"\b(today|this morning)\b", text):
        return Window(since=_iso(midnight), text=match.group())
    return None


def _iso(stamp: datetime) -> str:
    return stamp.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")

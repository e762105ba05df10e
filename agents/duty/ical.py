"""Who a calendar (RFC 5545) says is on duty: its events that hold now. Only what such rotas use is read, the rest is said.

Events with a start and an end or duration, in UTC, in a zone or at the wall's time; repeated daily or weekly with interval,
count, end, days of the week and exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN_RULE = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
LONG = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
MOST_TURNS = 10_000


class CalendarProblem(Exception):
    """The calendar cannot be read as a rota; in words."""


@dataclass
class _Event:
    names: list[str] = field(default_factory=list)
    start: datetime | None = None  # by the wall of `zone`
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    end: datetime | None = None
    end_zone: ZoneInfo | None = None
    lasts: timedelta | None = None
    whole_day: bool = False
    rule: dict[str, str] = field(default_factory=dict)
    without: set[datetime] = field(default_factory=set)
    status: str = ""


def names_at(text: str, now: datetime, default_zone: str = "UTC") -> tuple[str, ...]:
    """Names and addresses of those whose events hold at `now` (aware), as the calendar spells them. Raises CalendarProblem."""
    if "BEGIN:VCALENDAR" not in text:
        raise CalendarProblem("it is no calendar")
    try:
        held = [
            name
            for event in _events(text, ZoneInfo(default_zone))
            if _holds(event, now)
            for name in event.names
        ]
    except (ValueError, OverflowError, ZoneInfoNotFoundError) as error:
        raise CalendarProblem(f"it cannot be read ({error})"[:200]) from error
    return tuple(dict.fromkeys(held))


def _events(text: str, zone: ZoneInfo) -> Iterator[_Event]:
    event: _Event | None = None
    inner = 0  # an alarm within an event has lines of the same names
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        if line == "BEGIN:VEVENT":
            event, inner = _Event(zone=zone), 0
        elif event is not None and line.startswith("BEGIN:"):
            inner += 1
        elif event is not None and line.startswith("END:") and inner:
            inner -= 1
        elif line == "END:VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None and not inner:
            _take(event, line)


def _take(event: _Event, line: str) -> None:
    head, _, value = line.partition(":")
    name, *params = head.upper().split(";")
    zone = next(
        (
            head.split(";")[i + 1].partition("=")[2].strip('"')
            for i, p in enumerate(params)
            if p.startswith("TZID=")
        ),
        "",
    )
    if name == "ATTENDEE" and not {"PARTSTAT=DECLINED", "ROLE=NON-PARTICIPANT"}.isdisjoint(params):
        return  # who declined, or only listens, is not on duty
    if name in {"SUMMARY", "ATTENDEE"}:
        event.names.append(value.removeprefix("mailto:").removeprefix("MAILTO:").strip())
    elif name == "STATUS":
        event.status = value.upper()
    elif name == "DTSTART":
        event.start, event.zone, event.whole_day = _moment(value, zone, event.zone)
    elif name == "DTEND":
        event.end, event.end_zone, _ = _moment(value, zone, event.zone)
    elif name == "DURATION":
        event.lasts = _long(value)
    elif name == "RRULE":
        event.rule = dict(part.split("=", 1) for part in value.upper().split(";") if part)
    elif name == "EXDATE":
        event.without |= {_moment(one, zone, event.zone)[0] for one in value.split(",")}
    elif name in {"RDATE", "RECURRENCE-ID"}:
        raise CalendarProblem(f"it uses {name}, which is not read")


def _moment(text: str, zone: str, default: ZoneInfo) -> tuple[datetime, ZoneInfo, bool]:
    """By the wall, its zone, and whether it is a day."""
    if len(text) == 8:
        return datetime.combine(date.fromisoformat(text), time()), ZoneInfo(zone) if zone else default, True
    if text.endswith("Z"):
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ"), ZoneInfo("UTC"), False  # noqa: DTZ007 - its zone stands beside it
    return datetime.strptime(text, "%Y%m%dT%H%M%S"), ZoneInfo(zone) if zone else default, False  # noqa: DTZ007


def _long(text: str) -> timedelta:
    found = LONG.fullmatch(text)
    if found is None:
        raise CalendarProblem(f"a duration {text[:20]!r} is not read")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _holds(event: _Event, now: datetime) -> bool:
    if event.start is None or event.status == "CANCELLED":
        return False
    lasts = _lasts(event)
    for begins in _turns(event, event.start, now):
        start = begins.replace(tzinfo=event.zone).astimezone(UTC)
        end = (begins + lasts).replace(tzinfo=event.zone).astimezone(UTC)
        if start <= now < end and begins not in event.without:
            return True
    return False


def _lasts(event: _Event) -> timedelta:
    """By the wall: a shift from nine to nine ends at nine, however long that night is."""
    if event.start is None or event.lasts is not None:
        return event.lasts or timedelta()
    if event.end is None:
        return timedelta(days=1) if event.whole_day else timedelta()
    if event.end_zone is None or event.end_zone == event.zone:
        return event.end - event.start
    return event.end.replace(tzinfo=event.end_zone).astimezone(event.zone).replace(tzinfo=None) - event.start


def _turns(event: _Event, first: datetime, now: datetime) -> Iterator[datetime]:
    """When it begins, by the wall, up to `now`."""
    if not event.rule:
        yield first
        return
    if unknown := set(event.rule) - KNOWN_RULE:
        raise CalendarProblem(f"its rule uses {', '.join(sorted(unknown))}, which is not read")
    last = now.astimezone(event.zone).replace(tzinfo=None)
    if until := event.rule.get("UNTIL"):
        ends, zone, whole = _moment(until, "", event.zone)
        ends = ends.replace(tzinfo=zone).astimezone(event.zone).replace(tzinfo=None)
        last = min(last, ends + timedelta(days=1, seconds=-1) if whole else ends)
    count = int(event.rule.get("COUNT", MOST_TURNS))
    for number, begins in enumerate(_repeated(event.rule, first)):
        if begins > last or number >= count:
            return
        yield begins


def _repeated(rule: dict[str, str], first: datetime) -> Iterator[datetime]:
    step, every = {"DAILY": 1, "WEEKLY": 7}.get(rule.get("FREQ", ""), 0), int(rule.get("INTERVAL", 1))
    if not step or every < 1:
        raise CalendarProblem(f"it repeats {rule.get('FREQ', '')[:20]!r}, which is not read")
    if step == 1 or "BYDAY" not in rule:
        if step == 1 and "BYDAY" in rule:
            raise CalendarProblem("a daily rule with days of the week is not read")
        yield from (first + timedelta(days=step * every * n) for n in range(MOST_TURNS))
        return
    offsets = sorted(DAYS.index(day) for day in rule["BYDAY"].split(","))
    monday = first - timedelta(days=first.weekday())
    for n in range(MOST_TURNS):
        week = monday + timedelta(weeks=every * n)
        yield from (day for offset in offsets if (day := week + timedelta(days=offset)) >= first)

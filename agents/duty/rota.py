"""A rota: people take turns, and hand over at the same time by the clock on their wall, summer and winter."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from agents.policy.models import RotaPart


def whose_turn(rota: RotaPart, now: datetime) -> str:
    """The name of who is on duty at `now` (aware); empty before the rota begins.

    Counted in the days of the wall's calendar: a day of 23 or 25 hours is one day.
    """
    local = now.astimezone(ZoneInfo(rota.timezone)).replace(tzinfo=None)
    begins = datetime.combine(date.fromisoformat(rota.since), time.fromisoformat(rota.at))
    if local < begins:
        return ""
    return rota.people[((local - begins) // rota.every) % len(rota.people)]

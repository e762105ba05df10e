"""Working hours: outside of them a change is riskier, because fewer people look. Each in its own time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from agents.policy.fields import WEEKDAYS
from agents.policy.globs import any_matches
from agents.policy.models import HoursPart


def is_outside(hours: HoursPart, now: datetime) -> bool:
    """Whether `now` (aware) is none of these hours by the clock on their wall; their end is outside."""
    local = now.astimezone(ZoneInfo(hours.timezone))
    if WEEKDAYS[local.weekday()] not in hours.days or f"{local:%m-%d}" in hours.holidays:
        return True
    return not hours.from_time <= f"{local:%H:%M}" < hours.to_time


def applies(hours: HoursPart, environment: str, action: str, now: datetime) -> bool:
    """Whether `action` in `environment` is riskier now because of these hours."""
    return (
        action not in hours.allow and any_matches(hours.environments, environment) and is_outside(hours, now)
    )

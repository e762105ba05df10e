"""Freeze windows: days of the year, or a cron line and how long it lasts, each in its own time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from agents.policy.globs import any_matches
from agents.policy.models import FreezePart


def is_frozen(window: FreezePart, now: datetime) -> bool:
    """Whether `now` (aware) falls into the window, ends included for days, excluded for the end of a cron window."""
    zone = ZoneInfo(window.timezone)
    if window.cron is not None and window.lasts is not None:
        opened = next(CronSim(window.cron, (now - window.lasts).astimezone(zone)), None)
        return opened is not None and opened <= now
    if window.from_day is None or window.to_day is None:
        return True  # cannot be read as a window: frozen rather than open; the loader refuses such an entry
    today = now.astimezone(zone).strftime("%m-%d")
    if window.from_day <= window.to_day:
        return window.from_day <= today <= window.to_day
    return today >= window.from_day or today <= window.to_day


def blocks(window: FreezePart, environment: str, action: str, now: datetime) -> bool:
    """Whether the window stops `action` in `environment` at `now`."""
    return (
        action not in window.allow
        and any_matches(window.environments, environment)
        and is_frozen(window, now)
    )

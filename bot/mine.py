"""What people set for themselves by `settings me`: read for every request, checked and changed on record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agents.people import Actor, Own, Request
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.preferences import Preferences
from storage.tx import Tx
from tools.spec import Scope

SCOPE = ("service", "cluster", "namespace", "compartment")
NAMES = ("zone", "verbosity", "quiet", *SCOPE, "language")
VERBOSITY = ("short", "normal", "full")
CLEARED = frozenset({"none", "-", "off", "default"})
ENGLISH = frozenset({"en", "english"})
_NAME = re.compile(r"[\w][\w.:/ -]{0,119}")
_HOURS = re.compile(r"(\d{1,2}:\d\d)\s*(?:-|to|–)\s*(\d{1,2}:\d\d)")  # noqa: RUF001 - what keyboards make of it


@dataclass
class Mine:
    db: Database
    trail: Trail
    clock: Clock

    async def own(self, request: Request) -> Request:
        """The request with what its sender set. A store that is away changes how an answer looks, nothing else."""
        try:
            row = await self.of(request.actor, request.place.workspace)
        except StoreUnavailable:
            return request
        scope = Scope(**{name: getattr(row, name) for name in SCOPE})
        return replace(request, own=Own(scope, row.zone, row.verbosity))

    async def of(self, actor: Actor, workspace: str) -> Preferences:
        """Raises StoreUnavailable."""
        get = partial(self.db.preferences.get, workspace=workspace, account=actor.id)
        found: Preferences = await self.db.read_whole(get)
        return found

    async def change(self, request: Request, values: Mapping[str, str]) -> Preferences:
        """`values` have been checked; those that are not among them stay. Raises StoreUnavailable."""
        place, actor = request.place, request.actor

        async def write(tx: Tx) -> Preferences:
            before = await self.db.preferences.get(tx, place.workspace, actor.id)
            after = replace(before, **values, changed_at=self.clock.now())
            await self.db.preferences.set(tx, after)
            await self.trail.record(tx, _event(request, values))
            return after

        return await self.db.write_whole(write)


def checked(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What people typed as columns, and by name what is wrong with what cannot be taken."""
    columns: dict[str, str] = {}
    problems: dict[str, str] = {}
    for name, typed in values.items():
        value = typed.strip()
        try:
            columns |= _READ[name]("" if value.lower() in CLEARED else value)
        except ValueError as error:
            problems[name] = str(error)
    return columns, problems


def quiet_words(row: Preferences) -> str:
    return f"{row.quiet_from}-{row.quiet_until}" if row.quiet_from else ""


def _zone(value: str) -> dict[str, str]:
    try:
        if value:
            ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("That is no time zone that I know; they are called as Europe/Berlin is.") from None
    return {"zone": value}


def _verbosity(value: str) -> dict[str, str]:
    if value and value.lower() not in VERBOSITY:
        raise ValueError(f"It is one of {', '.join(VERBOSITY)}.")
    return {"verbosity": value.lower()}


def _quiet(value: str) -> dict[str, str]:
    if not value:
        return {"quiet_from": "", "quiet_until": ""}
    found = _HOURS.fullmatch(value)
    try:
        hours = [time.fromisoformat(text.rjust(5, "0")) for text in found.groups()] if found else []
    except ValueError:
        hours = []
    if len(set(hours)) != 2:
        raise ValueError("Say from when until when, as 22:00-07:00.")
    return {"quiet_from": f"{hours[0]:%H:%M}", "quiet_until": f"{hours[1]:%H:%M}"}


def _language(value: str) -> dict[str, str]:
    if value and value.lower() not in ENGLISH:
        raise ValueError("I speak English only; there is no other language to choose yet.")
    return {"language": "en" if value else ""}


def _named(name: str, value: str) -> dict[str, str]:
    if value and not _NAME.fullmatch(value):
        raise ValueError("That cannot be a name.")
    return {name: value}


_READ: Mapping[str, Callable[[str], dict[str, str]]] = {
    "zone": _zone,
    "verbosity": _verbosity,
    "quiet": _quiet,
    "language": _language,
    **{name: partial(_named, name) for name in SCOPE},
}


def _event(request: Request, values: Mapping[str, str]) -> AuditEvent:
    """Which of them, not to what: nobody else need know when somebody sleeps."""
    return AuditEvent(
        type=EventType.CONFIG_CHANGED,
        workspace=request.place.workspace,
        actor={"id": request.actor.id, "standing": request.actor.standing},
        channel=request.place.channel,
        correlation=request.correlation,
        request=request.id,
        result="changed",
        detail={"what": "settings me", "names": sorted(values)},
    )

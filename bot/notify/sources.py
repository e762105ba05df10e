"""Everything that is worth a notification, found in what is stored and told once; alarms of this process with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from agents.notifications.event import Event
from agents.policy.destinations import Severity
from bot.core import Core
from bot.notify.changes import ChangeEvents
from bot.notify.dispatch import Dispatch
from bot.notify.incidents import IncidentEvents
from storage.errors import StoreUnavailable

MOST: Final = 100
ALARMS: Final[Mapping[str, tuple[Severity, str]]] = {
    "audit_broken": ("critical", "The audit does not verify"),
    "audit_not_verified": ("warning", "The audit could not be verified"),
    "audit_not_purged": ("critical", "The audit is not as it was written"),
    "audit_bucket_differs": ("critical", "The audit differs from what its bucket holds"),
    "outcome_not_recorded": ("critical", "The outcome of a change could not be recorded"),
    "audit_channel_shared": ("warning", "The audit channel is shared with another organisation"),
    "policy_invalid": ("warning", "The policy file cannot be used; the last valid one holds"),
    "duty_not_read": ("warning", "Who is on duty cannot be read"),
}
OTHERWISE: Final[tuple[Severity, str]] = ("warning", "The bot raised an alarm")
TOLD_ELSEWHERE: Final = frozenset({"rollback_failed"})  # the change itself tells it
log = structlog.get_logger(__name__)


@dataclass
class Sources:
    core: Core
    dispatch: Dispatch
    _told: dict[str, None] = field(default_factory=dict)
    _alarms: dict[str, Event] = field(default_factory=dict)
    _more: dict[str, int] = field(default_factory=dict)  # alarms that found no room, by name

    def __post_init__(self) -> None:
        self._incidents = IncidentEvents(self.core, self.dispatch.workspace)
        self._changes = ChangeEvents(self.core, self.dispatch.workspace)

    async def look(self) -> None:
        """Every few seconds, in every process. What the store does not take now is found again."""
        try:
            for key, alarm in tuple(self._alarms.items()):
                await self._tell([alarm])
                self._alarms.pop(key, None)
            await self._tell_more()
            await self._tell(await self._incidents.found())
            await self._tell(await self._changes.found(frozenset(self._told)))
        except StoreUnavailable as error:
            self._incidents.forget()
            log.warning("notifications_not_planned", reason=str(error))

    async def _tell(self, events: list[Event]) -> None:
        for event in events:
            if event.key not in self._told:
                await self.dispatch.tell(event)
                self._told[event.key] = None
        while len(self._told) > 10_000:
            self._told.pop(next(iter(self._told)))

    def alarmed(self, name: str, text: str) -> None:
        """Once a day and text, of all processes."""
        if name in TOLD_ELSEWHERE:
            return
        event = self._alarm(name, text)
        if event.key in self._alarms or len(self._alarms) < MOST:
            self._alarms[event.key] = event
        else:  # their names are few: the code has them
            self._more[name] = self._more.get(name, 0) + 1

    def _alarm(self, name: str, text: str) -> Event:
        severity, title = ALARMS.get(name, OTHERWISE)
        now = self.core.clock.now()
        mark = hashlib.sha256(text.encode()).hexdigest()[:12]
        return Event(
            key=f"alarm:{name}:{mark}:{now:%Y-%m-%d}", subject=f"alarm:{name}:{mark}", area="bot", severity=severity, action="trigger",
            at=now, title=title, lines=(text,), facts=(("Alarm", name),),
        )  # fmt: skip

    async def _tell_more(self) -> None:
        """What found no room is counted: an alarm is never lost in silence."""
        for name, count in tuple(self._more.items()):
            moment = f"{self.core.clock.now():%H:%M:%S} UTC, process {self.core.lease.worker}"
            line = f"{count} more of this alarm came than are kept one by one; the log has each of them ({moment})."
            await self._tell([self._alarm(name, line)])
            self._more[name] -= count  # others may have come meanwhile
            if self._more[name] <= 0:
                self._more.pop(name)

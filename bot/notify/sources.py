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

    def __post_init__(self) -> None:
        self._incidents = IncidentEvents(self.core, self.dispatch.workspace)
        self._changes = ChangeEvents(self.core, self.dispatch.workspace)

    async def look(self) -> None:
        """Every few seconds, in every process. What the store does not take now is found again."""
        try:
            for key, alarm in tuple(self._alarms.items()):
                await self._tell([alarm])
                self._alarms.pop(key)
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
        if name in TOLD_ELSEWHERE or len(self._alarms) >= MOST:
            return
        severity, title = ALARMS.get(name, OTHERWISE)
        now = self.core.clock.now()
        mark = hashlib.sha256(text.encode()).hexdigest()[:12]
        key = f"alarm:{name}:{mark}:{now:%Y-%m-%d}"
        self._alarms[key] = Event(
            key=key, subject=f"alarm:{name}:{mark}", area="bot", severity=severity, action="trigger", at=now,
            title=title, lines=(text,), facts=(("Alarm", name),),
        )  # fmt: skip

"""The store that everything is written down in is away: said past it, for no row can be.

PagerDuty keeps one alert whoever tells it. Without PagerDuty each process writes one mail to every address of the policy's
critical routes, under a Message-ID that all of them make alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from agents.notifications.event import Action, Event
from bot.core import Core
from bot.notify.capping import name_of
from bot.notify.dispatch import Dispatch
from bot.notify.ways import Delivery, Way
from storage.errors import StoreUnavailable
from storage.notifications import NotificationRow
from tools.errors import ToolError

LONG: Final = timedelta(seconds=60)
SUBJECT: Final = "bot:store"
log = structlog.get_logger(__name__)


@dataclass
class StoreWatch:
    core: Core
    dispatch: Dispatch
    ways: Mapping[str, Way]
    _since: datetime | None = None
    _told: set[str] = field(default_factory=set)  # destinations
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> None:
        """Every few seconds. What was told is ended once the store is back, and then it is on record, too."""
        async with self._one:  # a look may take as long as the database keeps it waiting
            await self._look(await self.core.db.check())

    async def _look(self, state: str) -> None:
        now = self.core.clock.now()
        if state == "ok":
            await self._back(now)
            return
        self._since = self._since or now
        if now - self._since >= LONG:
            await self._tell(self._event("trigger", now, state), self._where() - self._told)

    async def _back(self, now: datetime) -> None:
        if self._since is None or not self._told:
            self._since = None
            return
        over = self._event("resolve", now, f"It was away from {self._since:%H:%M:%S} to {now:%H:%M:%S} UTC.")
        before = set(self._told)
        await self._tell(over, before)
        try:
            await self.dispatch.tell(self._record(over))
        except StoreUnavailable as error:
            log.warning("store_outage_not_recorded", reason=str(error))
            return
        self._since, self._told = None, set()

    def _where(self) -> set[str]:
        settings, routes = self.core.settings, self.core.policy.policy.file.notifications
        if settings.pagerduty_routing_key is not None:
            return {"pagerduty"}
        return {to for part in routes for to in part.to if to.startswith("email:")}

    async def _tell(self, event: Event, where: set[str]) -> None:
        """Each on its own; whoever did not take it is tried with the next look."""
        for destination in sorted(where):
            kind = destination.partition(":")[0]
            try:
                await self.ways[kind].send(Delivery(self._row(event, destination), event, event.at))
            except ToolError as error:
                log.warning("store_outage_not_told", way=kind, reason=error.reason)
                continue
            self._told.add(destination)

    def _row(self, event: Event, destination: str) -> NotificationRow:
        """Kept nowhere."""
        workspace = self.dispatch.workspace
        return NotificationRow(
            name_of(workspace, event.key, destination), workspace, event.key, SUBJECT, event.area, event.severity,
            event.action, "store away", destination.partition(":")[0], destination, {}, event.at, event.at,
        )  # fmt: skip

    def _event(self, action: Action, now: datetime, why: str) -> Event:
        since = self._since or now
        return self.dispatch.clean(
            Event(
                key=f"{SUBJECT}:{since:%Y-%m-%dT%H}:{action}", subject=SUBJECT, area="bot", severity="critical", action=action,
                at=now, title="The database with plans and audit cannot be used",
                lines=(why, f"Since {since:%H:%M:%S} UTC. Nothing is changed while it is away."),
            )
        )  # fmt: skip

    def _record(self, over: Event) -> Event:
        """For those that could not be told while it was away."""
        mark = f"{SUBJECT}:{over.at:%Y-%m-%dT%H:%M}"
        return Event(
            key=mark, subject=mark, area="bot", severity="warning", action="trigger", at=over.at,
            title="The database with plans and audit is back", lines=over.lines[:1],
        )  # fmt: skip

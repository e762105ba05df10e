"""Each incident's card in Slack follows what is stored: posted once, edited in place, whichever process does it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from agents.triage.correlate import Incident
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.core import Core
from bot.outgoing import Outgoing, SlackAwayError
from bot.replies.incident import card, services_of
from bot.replies.text import Outbound
from storage.errors import StoreUnavailable
from storage.triage import TriageRow

log = structlog.get_logger(__name__)
KIND = "incident"


@dataclass
class IncidentCards:
    core: Core
    outgoing: Outgoing
    out: Outbound

    async def look(self) -> None:
        """About once a second, in every process. One edit an incident and look, so that a storm is one message that changes."""
        db = self.core.db
        try:
            for row in await db.read_whole(db.triage.behind):
                await self._show(row)
        except StoreUnavailable as error:
            log.warning("incidents_put_off", reason=str(error))

    async def _show(self, row: TriageRow) -> None:
        incident = incident_from(row, self.topology())
        message = card(incident, self.core.clock.now(), self.out)
        ts = row.ts
        try:
            if ts:
                await self.outgoing.edit(row.channel, ts, message)
            else:
                ts = await self.outgoing.post(f"incident:{row.id}", row.channel, "", message, kind=KIND)
        except SlackAwayError as error:
            log.warning("incident_not_shown", incident=row.id, reason=str(error))
            return
        await self.core.db.write_whole(lambda tx: self.core.db.triage.shown(tx, row.id, row.version, ts))

    def topology(self) -> Topology:
        return Topology(self.core.services.all())

    def channel(self, incident: Incident) -> str:
        """The service's own channel where incidents are told there, else the first that is for them."""
        told = [name for name, part in self.core.policy.policy.file.channels.items() if part.incidents]
        own = (
            service.channel for name in services_of(incident) for service in self.core.services.called(name)
        )
        return next((channel for channel in own if channel in told), told[0] if told else "")

    def listens(self, channel: str) -> bool:
        part = self.core.policy.policy.file.channels.get(channel)
        return part is not None and part.incidents and not part.deny

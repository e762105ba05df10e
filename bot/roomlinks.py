"""Which incident a channel is about: by the id or the alert that it names, else by its service and the time; else a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.incidents.rooms import RoomDesk
from agents.triage.correlate import FORGOTTEN, STILL, Incident
from agents.triage.desk import Desk
from agents.triage.kept import incident_from
from bot.core import Core
from storage.rooms import RoomRow
from storage.triage import TriageRow

SOURCE: Final = "generic"
TITLE: Final = "Incident channel"
LEAST: Final = 6  # letters of an alert's name that is looked for in words


@dataclass
class RoomLinks:
    """Only incidents of `home`: who is in the channel may not be who may read those of others."""

    core: Core
    desk: Desk
    rooms: RoomDesk

    async def services(self, row: RoomRow, texts: Sequence[str]) -> tuple[str, ...]:
        """Those in the channel's name, else those that most messages name."""
        await self.core.clients.known_services()
        topology = self.desk.topology()
        if named := topology.in_rule(row.name):
            return tuple(sorted(named))
        said = Counter(name for text in texts for name in topology.mentioned(text))
        most = max(said.values(), default=0)
        return tuple(sorted(name for name, count in said.items() if count == most))

    async def match(self, row: RoomRow, texts: Sequence[str], services: Sequence[str]) -> str:
        """The incident that is under way, heard of last of those that fit; empty where none does."""
        now, words = self.core.clock.now(), "\n".join((row.name, *texts)).lower()
        fits = [one for one in await self.under_way() if now - one.last <= STILL or one.firing]
        ranked = sorted(fits, key=lambda one: (_named(one, words), bool(_shared(one, services)), one.last))
        best = next(reversed(ranked), None)
        if best is None or not (_named(best, words) or _shared(best, services)):
            return ""
        return best.id

    async def under_way(self) -> list[Incident]:
        db, now = self.core.db, self.core.clock.now()
        rows = await db.read_whole(lambda tx: db.triage.live(tx, self.desk.workspace, now - FORGOTTEN))
        topology = self.desk.topology()
        return [incident_from(one, topology) for one in rows if await self.ours(one)]

    async def ours(self, row: TriageRow) -> bool:
        if row.channel == self.rooms.home:
            return True
        judged = await self.core.db.read_whole(lambda tx: self.core.db.shadow.judged(tx, row.id))
        return judged is not None and judged.channel == self.rooms.home

    async def opened(self, row: RoomRow, services: Sequence[str]) -> str:
        """An alert that people raised by making the channel; once, however often it is tried."""
        await self.desk.hear(SOURCE, self._payload(row, services, "firing"), f"room:{row.id}")
        db = self.core.db
        incident = await db.read_whole(lambda tx: db.triage.placed(tx, self._key(row)))
        kept = await db.read_whole(lambda tx: db.triage.get(tx, incident))
        return incident if kept is not None and await self.ours(kept) else ""

    async def elsewhere(self, row: RoomRow) -> str:
        """The channel in which what people raised here is told, where its incident may not be shown here."""
        db = self.core.db
        incident = await db.read_whole(lambda tx: db.triage.placed(tx, self._key(row)))
        kept = await db.read_whole(lambda tx: db.triage.get(tx, incident)) if incident else None
        return "" if kept is None or incident == row.incident or await self.ours(kept) else kept.channel

    async def ended(self, row: RoomRow, services: Sequence[str]) -> None:
        """What people raised, people end, wherever it is told."""
        db = self.core.db
        if await db.read_whole(lambda tx: db.triage.placed(tx, self._key(row))):
            await self.desk.hear(
                SOURCE, self._payload(row, services, "resolved"), f"room:{row.id}:{row.round}"
            )

    @staticmethod
    def _key(row: RoomRow) -> str:
        return f"{SOURCE}:room:{row.id}:0"

    def _payload(self, row: RoomRow, services: Sequence[str], status: str) -> dict[str, Any]:
        labels = {"service": services[0]} if services else {"queue": f"#{row.name}"}
        return {
            "title": TITLE,
            "severity": "high",
            "status": status,
            "description": f"people follow it in #{row.name or row.channel}",
            "labels": labels,
        }


def _named(incident: Incident, words: str) -> bool:
    seen = [one.alert.name for one in incident.seen.values()]
    names = {name.lower() for name in seen if len(name) >= LEAST and name != TITLE}
    return incident.id.lower() in words or any(name in words for name in names)


def _shared(incident: Incident, services: Sequence[str]) -> bool:
    return any(name in services for one in incident.seen.values() for name in one.services)

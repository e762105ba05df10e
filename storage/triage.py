"""Alerts and their incidents as they are stored. What belongs together is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_triage import TriageAlert, TriageIncident, TriageTurn
from storage.tx import Tx

KEEP: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AlertRow:
    id: str
    workspace: str
    heard: datetime
    fingerprint: str
    incident: str
    alert: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TriageRow:
    """`seen`: by fingerprint, what agents/triage made of it."""

    id: str
    workspace: str
    channel: str
    began: datetime
    last: datetime
    seen: Mapping[str, Any]
    version: int = 1
    shown: int = 0
    ts: str = ""


class Triage:
    async def turn(self, tx: Tx) -> None:
        """From here to the end of the transaction nobody else puts alerts in their place. First statement of it."""
        await tx.run(first(table_of(TriageTurn)), {"id": 1, "taken": 0})
        await tx.run(update(TriageTurn).where(TriageTurn.id == 1).values(taken=TriageTurn.taken + 1))

    async def hear(self, tx: Tx, row: AlertRow) -> bool:
        """False: it was delivered before. What is too old goes, so that nobody has to think of it."""
        await tx.run(delete(TriageAlert).where(TriageAlert.heard < row.heard - KEEP))
        return (await tx.run(first(table_of(TriageAlert)), values_of(row))).rowcount == 1

    async def known(self, tx: Tx, key: str) -> bool:
        return (await tx.run(select(TriageAlert.id).where(TriageAlert.id == key))).first() is not None

    async def placed(self, tx: Tx, key: str) -> str:
        """The incident that an alert was put into; empty when it was not heard."""
        found = await tx.run(select(TriageAlert.incident).where(TriageAlert.id == key))
        return str(found.scalar_one_or_none() or "")

    async def live(self, tx: Tx, workspace: str, since: datetime) -> list[TriageRow]:
        """The newest last."""
        query = select(TriageIncident.__table__).where(
            TriageIncident.workspace == workspace, TriageIncident.last >= since
        )
        return many(TriageRow, await tx.run(query.order_by(TriageIncident.began, TriageIncident.id)))

    async def of_channel(
        self, tx: Tx, workspace: str, channel: str, since: datetime, most: int
    ) -> list[TriageRow]:
        """The newest of one channel, the newest first."""
        where = (TriageIncident.workspace == workspace, TriageIncident.channel == channel, TriageIncident.last >= since)  # fmt: skip
        query = select(TriageIncident.__table__).where(*where).order_by(TriageIncident.began.desc())
        return many(TriageRow, await tx.run(query.limit(most)))

    async def get(self, tx: Tx, incident: str) -> TriageRow | None:
        query = select(TriageIncident.__table__).where(TriageIncident.id == incident)
        return one(TriageRow, (await tx.run(query)).first())

    async def open(self, tx: Tx, row: TriageRow) -> None:
        await tx.run(insert(table_of(TriageIncident)), values_of(row))

    async def changed(self, tx: Tx, row: TriageRow, *, told: bool) -> None:
        """`told`: the card shows something new from now on."""
        values = {"last": row.last, "seen": dict(row.seen)} | ({"version": row.version + 1} if told else {})
        await tx.run(update(TriageIncident).where(TriageIncident.id == row.id).values(**values))

    async def behind(self, tx: Tx, limit: int = 200) -> list[TriageRow]:
        """Those whose card does not show what is known, oldest first."""
        return await self._behind(tx, limit, TriageIncident.ts != "")

    async def unposted(self, tx: Tx, limit: int = 2000) -> list[TriageRow]:
        """Those that have no card yet and something to show, oldest first."""
        return await self._behind(tx, limit, TriageIncident.ts == "")

    async def _behind(self, tx: Tx, limit: int, card: ColumnElement[bool]) -> list[TriageRow]:
        query = select(TriageIncident.__table__).where(
            TriageIncident.shown < TriageIncident.version, TriageIncident.channel != "", card
        )
        return many(TriageRow, await tx.run(query.order_by(TriageIncident.began).limit(limit)))

    async def told(self, tx: Tx, incident: str) -> None:
        """Something that is no alert changed: the card shows it with the next look."""
        where = TriageIncident.id == incident
        await tx.run(update(TriageIncident).where(where).values(version=TriageIncident.version + 1))

    async def at(self, tx: Tx, incident: str) -> TriageRow | None:
        """As `get`; nobody else changes it until the end of the transaction."""
        await tx.run(update(TriageIncident).where(TriageIncident.id == incident).values(ts=TriageIncident.ts))
        return await self.get(tx, incident)

    async def alerts(self, tx: Tx, incident: str, most: int = 500) -> list[AlertRow]:
        """As they were heard, oldest first."""
        query = select(TriageAlert.__table__).where(TriageAlert.incident == incident)
        return many(AlertRow, await tx.run(query.order_by(TriageAlert.heard, TriageAlert.id).limit(most)))

    async def shown(self, tx: Tx, incident: str, version: int, ts: str) -> None:
        where = (TriageIncident.id == incident, TriageIncident.shown < version)
        await tx.run(update(TriageIncident).where(*where).values(shown=version, ts=ts))

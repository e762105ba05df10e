"""Incidents and countdowns as they are stored. What they allow is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_night import Countdown, Incident
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class IncidentRow:
    id: str
    workspace: str
    channel: str
    title: str
    declared_by: str
    declared_at: datetime
    raised_by: str = ""
    raised_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CountdownRow:
    plan_id: str
    workspace: str
    incident: str
    principal: str
    account: str
    begun_at: datetime
    ends_at: datetime | None = None
    seen_at: datetime | None = None
    stopped_by: str = ""
    stopped_at: datetime | None = None
    ended_at: datetime | None = None


class Incidents:
    async def declare(self, tx: Tx, row: IncidentRow) -> bool:
        """False: one is open in this channel."""
        return (await tx.run(first(table_of(Incident)), values_of(row))).rowcount == 1

    async def get(self, tx: Tx, incident: str) -> IncidentRow | None:
        return one(IncidentRow, (await tx.run(select(Incident).where(Incident.id == incident))).first())

    async def open_in(self, tx: Tx, workspace: str, channel: str) -> IncidentRow | None:
        query = select(Incident).where(
            Incident.workspace == workspace, Incident.channel == channel, Incident.closed_at.is_(None)
        )
        return one(IncidentRow, (await tx.run(query)).first())

    async def lately(self, tx: Tx, workspace: str, since: datetime) -> list[IncidentRow]:
        """Declared or closed since, oldest first."""
        query = select(Incident.__table__).where(
            Incident.workspace == workspace, (Incident.declared_at >= since) | (Incident.closed_at >= since)
        )
        return many(IncidentRow, await tx.run(query.order_by(Incident.declared_at, Incident.id)))

    async def raise_budget(self, tx: Tx, incident: str, by: str, at: datetime) -> bool:
        """False: closed, or raised before."""
        change = update(Incident).where(
            Incident.id == incident, Incident.closed_at.is_(None), Incident.raised_at.is_(None)
        )
        return (await tx.run(change.values(raised_by=by, raised_at=at))).rowcount == 1

    async def close(self, tx: Tx, incident: str, *, by: str, note: str, at: datetime) -> bool:
        change = update(Incident).where(Incident.id == incident, Incident.closed_at.is_(None))
        return (await tx.run(change.values(closed_by=by, note=note, closed_at=at))).rowcount == 1


class Countdowns:
    async def begin(self, tx: Tx, row: CountdownRow) -> None:
        await tx.run(insert(Countdown), values_of(row))

    async def get(self, tx: Tx, plan_id: str) -> CountdownRow | None:
        found = await tx.run(select(Countdown).where(Countdown.plan_id == plan_id))
        return one(CountdownRow, found.first())

    async def running(self, tx: Tx) -> Sequence[CountdownRow]:
        query = select(Countdown).where(Countdown.stopped_at.is_(None), Countdown.ended_at.is_(None))
        return many(CountdownRow, await tx.run(query.order_by(Countdown.begun_at)))

    async def seen(self, tx: Tx, plan_id: str, at: datetime, ends_at: datetime | None = None) -> None:
        """Somebody looks after it; `ends_at`: and it begins anew."""
        ends = {} if ends_at is None else {"ends_at": ends_at}
        await tx.run(update(Countdown).where(Countdown.plan_id == plan_id).values(seen_at=at, **ends))

    async def stop(self, tx: Tx, plan_id: str, by: str, at: datetime) -> bool:
        """For good. False: it had ended, or was stopped before."""
        return await self._mark(tx, plan_id, stopped_by=by, stopped_at=at)

    async def end(self, tx: Tx, plan_id: str, at: datetime) -> bool:
        return await self._mark(tx, plan_id, ended_at=at)

    async def _mark(self, tx: Tx, plan_id: str, **values: object) -> bool:
        change = update(Countdown).where(
            Countdown.plan_id == plan_id, Countdown.stopped_at.is_(None), Countdown.ended_at.is_(None)
        )
        return (await tx.run(change.values(**values))).rowcount == 1

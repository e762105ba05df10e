"""Digests as they are stored. When one is due, and what it says, is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from storage.incidents import IncidentRow
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_digests import Digest
from storage.tables_night import Incident
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class DigestRow:
    """`owner` is the account as whom it runs. `last_at` begins as the moment in which it was set up."""

    id: str
    workspace: str
    channel: str
    kind: str
    cron: str
    zone: str
    owner: str
    made_at: datetime
    last_at: datetime
    stopped: str = ""


class Digests:
    async def add(self, tx: Tx, row: DigestRow) -> None:
        await tx.run(insert(table_of(Digest)), values_of(row))

    async def get(self, tx: Tx, workspace: str, digest: str) -> DigestRow | None:
        query = select(Digest.__table__).where(Digest.workspace == workspace, Digest.id == digest)
        return one(DigestRow, (await tx.run(query)).first())

    async def in_channel(self, tx: Tx, workspace: str, channel: str) -> list[DigestRow]:
        """Stopped ones, too; oldest first."""
        query = select(Digest.__table__).where(Digest.workspace == workspace, Digest.channel == channel)
        return many(DigestRow, await tx.run(query.order_by(Digest.made_at, Digest.id)))

    async def running(self, tx: Tx, workspace: str) -> list[DigestRow]:
        query = select(Digest.__table__).where(Digest.workspace == workspace, Digest.stopped == "")
        return many(DigestRow, await tx.run(query.order_by(Digest.id)))

    async def remove(self, tx: Tx, digest: str) -> bool:
        """False: it was gone before."""
        return (await tx.run(delete(Digest).where(Digest.id == digest))).rowcount == 1

    async def dealt_with(self, tx: Tx, digest: str, at: datetime, stopped: str = "") -> bool:
        """Only ever forward. `stopped`: and it ends for that reason. False: another process was there before."""
        change = update(Digest).where(Digest.id == digest, Digest.last_at < at, Digest.stopped == "")
        return (await tx.run(change.values(last_at=at, stopped=stopped))).rowcount == 1

    async def incidents(self, tx: Tx, workspace: str, channel: str, since: datetime) -> list[IncidentRow]:
        """Of a channel: open, or closed since; oldest first."""
        query = select(Incident.__table__).where(
            Incident.workspace == workspace,
            Incident.channel == channel,
            Incident.closed_at.is_(None) | (Incident.closed_at > since),
        )
        return many(IncidentRow, await tx.run(query.order_by(Incident.declared_at, Incident.id)))

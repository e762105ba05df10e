"""Digests as they are stored. When one is due, and what it says, is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from storage.incidents import IncidentRow
from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_digests import Digest, DigestSeen
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

    async def of(self, tx: Tx, workspace: str, owner: str) -> list[DigestRow]:
        """Stopped ones, too; by id."""
        query = select(Digest.__table__).where(Digest.workspace == workspace, Digest.owner == owner)
        return many(DigestRow, await tx.run(query.order_by(Digest.id)))

    async def running(self, tx: Tx, workspace: str) -> list[DigestRow]:
        query = select(Digest.__table__).where(Digest.workspace == workspace, Digest.stopped == "")
        return many(DigestRow, await tx.run(query.order_by(Digest.id)))

    async def put(self, tx: Tx, row: DigestRow) -> bool:
        """One that the policy sets up: added, or made as the policy has it now. True: something changed. What was dealt with stays."""
        if (await tx.run(first(table_of(Digest)), values_of(row))).rowcount:
            return True
        told = {"channel": row.channel, "kind": row.kind, "cron": row.cron, "zone": row.zone}
        known = await self.get(tx, row.workspace, row.id)
        if known is None or all(getattr(known, name) == value for name, value in told.items()):
            return False
        again = {**told, "stopped": "", "made_at": row.made_at, "last_at": max(known.last_at, row.last_at)}
        return (await tx.run(update(Digest).where(Digest.id == row.id).values(**again))).rowcount == 1

    async def remove(self, tx: Tx, digest: str) -> bool:
        """False: it was gone before. What it saw goes with it."""
        await tx.run(delete(DigestSeen).where(DigestSeen.digest == digest))
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

    async def saw(self, tx: Tx, row: DigestRow, at: datetime, seen: Mapping[str, Any]) -> None:
        """What the next one is compared with."""
        await tx.run(delete(DigestSeen).where(DigestSeen.digest == row.id))
        values = {"digest": row.id, "workspace": row.workspace, "at": at, "seen": dict(seen)}
        await tx.run(insert(table_of(DigestSeen)), values)

    async def seen(self, tx: Tx, workspace: str, digest: str) -> Mapping[str, Any] | None:
        """None: it told nothing yet."""
        where = (DigestSeen.digest == digest, DigestSeen.workspace == workspace)
        found = (await tx.run(select(DigestSeen.seen).where(*where))).first()
        return dict(found[0]) if found is not None else None

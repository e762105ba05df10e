"""Forgetting rows that are older than they must be kept: on purpose, signed, and itself on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from storage.audit.signer import Signer
from storage.migrations.audit_ddl import sqlite_guard
from storage.tx import CHAIN, Tx

KEEP_DAYS = 400
AT_ONCE = 10_000  # others who write wait meanwhile
SPAN = text(
    "SELECT min(seq) AS first, coalesce(min(seq) FILTER (WHERE ts >= :before), max(seq)) AS kept FROM audit_events"
)
ROW = text("SELECT seq, hash FROM audit_events WHERE seq = :seq")
FORGET = text("DELETE FROM audit_events WHERE seq <= :seq")
OPEN = {
    "sqlite": text("DROP TRIGGER audit_events_delete"),
    "postgresql": text("ALTER TABLE audit_events DISABLE TRIGGER audit_events_row"),
}
CLOSE = {
    "sqlite": text(sqlite_guard("audit_events", "delete")),
    "postgresql": text("ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_row"),
}


@dataclass(frozen=True, slots=True)
class Purged:
    """`last` is the newest row that went, 0 when none did."""

    last: int = 0
    rows: int = 0


async def any_older(tx: Tx, before: datetime) -> bool:
    """Whether there is something to forget; quick, so that it can be asked for nothing."""
    first, last = await _span(tx, before)
    return first <= last


async def purge(tx: Tx, signer: Signer, before: datetime, most: int) -> Purged:
    """Up to `most` rows that are older than `before` go, the oldest first. On PostgreSQL only the owner of the table can.

    The newest row stays whatever its age, the chain goes on from it. Whether the chain is whole is for the caller to
    ask first: what was forgotten cannot be verified any more.
    """
    await tx.alone(CHAIN)
    first, last = await _span(tx, before)
    row = (await tx.run(ROW, {"seq": min(last, first + most - 1)})).first() if first <= last else None
    if row is None:
        return Purged()
    await signer.sign_purge(tx, row.seq, row.hash)
    await tx.run(OPEN[tx.dialect])
    gone = await tx.run(FORGET, {"seq": row.seq})
    await tx.run(CLOSE[tx.dialect])
    return Purged(int(row.seq), gone.rowcount)


async def _span(tx: Tx, before: datetime) -> tuple[int, int]:
    """The first and the last row that may go; of an audit with nothing to forget the first is behind the last."""
    moment = before.astimezone(UTC).isoformat(timespec="microseconds")
    found = (await tx.run(SPAN, {"before": moment})).one()
    return found.first or 1, (found.kept or 1) - 1

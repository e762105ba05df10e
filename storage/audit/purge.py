"""Forgetting rows that are older than they must be kept: on purpose, signed, and itself on record."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from storage.audit.signer import Signer
from storage.migrations.audit_ddl import sqlite_guard
from storage.tx import Tx

KEEP_DAYS = 400
OLDEST_KEPT = text(
    "SELECT coalesce(min(seq), (SELECT max(seq) FROM audit_events)) FROM audit_events WHERE ts >= :before"
)
ROW = text("SELECT seq, hash FROM audit_events WHERE seq = :seq")
FORGET = text("DELETE FROM audit_events WHERE seq <= :seq")
OPEN = text("DROP TRIGGER audit_events_delete")
CLOSE = text(sqlite_guard("audit_events", "delete"))


async def purge(tx: Tx, signer: Signer, before: datetime) -> int:
    """Rows that are older than `before` go; the last of them is returned, 0 when there are none. SQLite only.

    The newest row stays whatever its age, the chain goes on from it. Whether the chain is whole is for the caller to
    ask first: what was forgotten cannot be verified any more.
    """
    moment = before.astimezone(UTC).isoformat(timespec="microseconds")
    kept = (await tx.run(OLDEST_KEPT, {"before": moment})).scalar_one()
    last = (await tx.run(ROW, {"seq": (kept or 1) - 1})).first()
    if last is None:
        return 0
    await signer.sign_purge(tx, last.seq, last.hash)
    await tx.run(OPEN)
    await tx.run(FORGET, {"seq": last.seq})
    await tx.run(CLOSE)
    return int(last.seq)

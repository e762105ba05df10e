"""What leaves for Slack: planned under a key before it is sent, so that nothing is sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from storage.clock import Clock
from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import Outbox as Model
from storage.tables import table_of
from storage.tx import Tx

Table = table_of(Model)  # statements are built once: building costs more than running
GET = select(Table).where(Table.c.key == bindparam("ref"))
ADD = first(Table)
SENT = (
    update(Table).where(Table.c.key == bindparam("ref")).values(ts=bindparam("name"), sent_at=bindparam("at"))
)
UNSENT = select(Table).where(Table.c.ts == "").order_by(Table.c.planned_at, Table.c.key)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """`ts` is Slack's name of the message; empty until Slack took it."""

    key: str
    workspace: str
    channel: str
    thread: str
    kind: str
    body: Mapping[str, Any]
    planned_at: datetime
    ts: str = ""
    sent_at: datetime | None = None


class Outbox:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def plan(
        self,
        tx: Tx,
        *,
        key: str,
        workspace: str,
        channel: str,
        thread: str,
        kind: str,
        body: Mapping[str, Any],
    ) -> tuple[OutboxRow, bool]:
        """The row of `key`, and whether it is fresh: a row that is not may have been sent by a process that died."""
        known = await self.get(tx, key)
        if known is not None:
            return known, False
        row = OutboxRow(key, workspace, channel, thread, kind, dict(body), self._clock.now())
        if (await tx.run(ADD, values_of(row))).rowcount:
            return row, True
        return await self._there(tx, key), False

    async def _there(self, tx: Tx, key: str) -> OutboxRow:
        """What another process planned in the same moment."""
        row = await self.get(tx, key)
        if row is None:
            raise LookupError(key)
        return row

    async def sent(self, tx: Tx, *, key: str, ts: str) -> None:
        await tx.run(SENT, {"ref": key, "name": ts, "at": self._clock.now()})

    async def get(self, tx: Tx, key: str) -> OutboxRow | None:
        return one(OutboxRow, (await tx.run(GET, {"ref": key})).first())

    async def unsent(self, tx: Tx, limit: int = 1000) -> list[OutboxRow]:
        """Planned and not known to be sent, oldest first."""
        return many(OutboxRow, await tx.run(UNSENT.limit(limit)))

"""What leaves for Slack: planned under a key before it is sent, so that nothing is sent twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, literal, select, update

from storage.clock import Clock
from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import Outbox as Model
from storage.tables import table_of
from storage.tx import Tx
from storage.workers import nobody_alive

Table = table_of(Model)  # statements are built once: building costs more than running
GET = select(Table).where(Table.c.key == bindparam("ref"))
ADD = first(Table)
SENT = (
    update(Table).where(Table.c.key == bindparam("ref")).values(ts=bindparam("name"), sent_at=bindparam("at"))
)
FORGET = delete(Table).where(Table.c.key == bindparam("ref"), Table.c.ts == "")
OURS = Table.c.worker == bindparam("me")
UNSENT = select(Table).where(Table.c.ts == "", OURS).order_by(Table.c.planned_at, Table.c.key)
THEIRS = and_(Table.c.ts == "", ~OURS)
LEFT = and_(THEIRS, nobody_alive(Table.c.worker))
FOUND = {alone: select(literal(1)).where(rows).limit(1) for alone, rows in ((True, THEIRS), (False, LEFT))}
ADOPT = {
    alone: update(Table).where(rows).values(worker=bindparam("me"))
    for alone, rows in ((True, THEIRS), (False, LEFT))
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """`ts` is Slack's name of the message; empty until Slack took it. `worker` sends it, and nobody else does."""

    key: str
    workspace: str
    channel: str
    thread: str
    kind: str
    body: Mapping[str, Any]
    planned_at: datetime
    ts: str = ""
    sent_at: datetime | None = None
    worker: str = ""


class Outbox:
    """Of `worker`: it plans as its own, and sends its own."""

    def __init__(self, clock: Clock, worker: str) -> None:
        self._clock = clock
        self._worker = worker

    def left_to_another(self, row: OutboxRow) -> bool:
        """Planned by another process, which has not sent it yet."""
        return not row.ts and row.worker != self._worker

    def since(self, row: OutboxRow) -> datetime:
        """From when on it may be there: whose clock was ahead planned it later than it was posted."""
        return min(row.planned_at, self._clock.now())

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
        row = OutboxRow(
            key, workspace, channel, thread, kind, dict(body), self._clock.now(), worker=self._worker
        )
        if (await tx.run(ADD, values_of(row))).rowcount:
            return row, True
        return await self.there(tx, key), False

    async def there(self, tx: Tx, key: str) -> OutboxRow:
        """What was planned under `key`, by whomever. Raises LookupError."""
        row = await self.get(tx, key)
        if row is None:
            raise LookupError(key)
        return row

    async def sent(self, tx: Tx, *, key: str, ts: str) -> None:
        await tx.run(SENT, {"ref": key, "name": ts, "at": self._clock.now()})

    async def get(self, tx: Tx, key: str) -> OutboxRow | None:
        return one(OutboxRow, (await tx.run(GET, {"ref": key})).first())

    async def unsent(self, tx: Tx, limit: int = 1000) -> list[OutboxRow]:
        """Ours, planned and not known to be sent, oldest first."""
        return many(OutboxRow, await tx.run(UNSENT.limit(limit), {"me": self._worker}))

    async def drop(self, tx: Tx, kind: str, about: Collection[str]) -> int:
        """Of a kind that names a plan in its key (`kind:plan:...`), what was not sent and is about none of these. How many."""
        rows = await tx.run(
            select(Table.c.key).where(Table.c.ts == "", OURS, Table.c.kind == kind), {"me": self._worker}
        )
        stale = [key for key in rows.scalars() if key.split(":")[1] not in about]
        for key in stale:
            await tx.run(FORGET, {"ref": key})
        return len(stale)

    async def forget(self, tx: Tx, key: str) -> bool:
        """What was planned and not sent goes. False: there is none, or Slack has it."""
        return (await tx.run(FORGET, {"ref": key})).rowcount == 1

    async def left(self, tx: Tx, *, alone: bool) -> bool:
        """Whether there is anything to `adopt`."""
        return (await tx.run(FOUND[alone], {"me": self._worker})).first() is not None

    async def adopt(self, tx: Tx, *, alone: bool) -> int:
        """What the gone had planned is ours to send from here on; how many messages that are. `alone`: as for the inbox."""
        return (await tx.run(ADOPT[alone], {"me": self._worker})).rowcount

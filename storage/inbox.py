"""What Slack delivered: a row before the acknowledgement, one however often it is delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from storage.clock import Clock
from storage.ids import new_id
from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import Inbox as Model
from storage.tables import InboxKey, table_of
from storage.tx import Tx

NEW, STARTED = "new", "started"


# Built once: building costs more than running. `ref` and the like are names that no column has.
Table, Keys = table_of(Model), table_of(InboxKey)
KNOWN = select(Keys.c.inbox_id, Keys.c.key).where(
    Keys.c.workspace == bindparam("workspace"), Keys.c.key.in_(bindparam("keys", expanding=True))
)
ADD, REMEMBER = insert(Table), first(Keys)
RENAME = update(Keys).where(Keys.c.inbox_id == bindparam("ref")).values(inbox_id=bindparam("older"))
GET = select(Table).where(Table.c.id == bindparam("ref"))
OPEN = or_(Table.c.state == NEW, Table.c.state == STARTED)  # IN would be spelled out anew for each use
OPEN_ROW = update(Table).where(Table.c.id == bindparam("ref"), OPEN)
START = OPEN_ROW.values(state=STARTED, attempts=Table.c.attempts + 1, started_at=bindparam("at"))
FINISH = OPEN_ROW.values(state=bindparam("to"), note=bindparam("why"), finished_at=bindparam("at"))
UNFINISHED = select(Table).where(OPEN).order_by(Table.c.received_at, Table.c.id)
WAITING = select(func.count()).select_from(Table).where(OPEN)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`state` is new, started, or how it ended: done, ignored, dead."""

    id: str
    workspace: str
    kind: str
    channel: str
    thread: str
    actor_id: str
    payload: Mapping[str, Any]
    correlation: str
    received_at: datetime
    state: str = NEW
    attempts: int = 0
    note: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Inbox:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def row(
        self,
        *,
        workspace: str,
        kind: str,
        channel: str,
        thread: str,
        actor_id: str,
        payload: Mapping[str, Any],
        correlation: str,
        started: bool = False,
    ) -> InboxRow:
        """What is to be admitted. `started`: whoever admits it works on it, this is its first try."""
        now = self._clock.now()
        begun: dict[str, Any] = {"state": STARTED, "attempts": 1, "started_at": now} if started else {}
        return InboxRow(
            id=new_id("in_"), workspace=workspace, kind=kind, channel=channel, thread=thread, actor_id=actor_id,
            payload=dict(payload), correlation=correlation, received_at=now, **begun,
        )  # fmt: skip

    async def admit(self, tx: Tx, row: InboxRow, keys: Sequence[str]) -> bool:
        """Whether it is new work: none of `keys` is known. If one is, the others are known from here on, too."""
        names = sorted(set(keys))  # in one order: two who bring the same cannot wait for each other
        if names and not await self._remember(tx, row, names):
            known = await tx.run(KNOWN, {"workspace": row.workspace, "keys": names})
            older = next(old.inbox_id for old in known if old.inbox_id != row.id)
            await tx.run(RENAME, {"ref": row.id, "older": older})
            return False
        await tx.run(ADD, values_of(row))
        return True

    async def _remember(self, tx: Tx, row: InboxRow, keys: list[str]) -> bool:
        """Whether all of them are new. Whoever brings one that another is bringing waits here for how that ends."""
        rows = [
            {"workspace": row.workspace, "key": key, "inbox_id": row.id, "received_at": row.received_at}
            for key in keys
        ]
        return (await tx.run(REMEMBER, rows)).rowcount == len(rows)

    async def get(self, tx: Tx, row_id: str) -> InboxRow | None:
        return one(InboxRow, (await tx.run(GET, {"ref": row_id})).first())

    async def start(self, tx: Tx, row_id: str) -> InboxRow | None:
        """Counts one more try and returns the row; None when it is unknown or has ended."""
        change = {"ref": row_id, "at": self._clock.now()}
        if (await tx.run(START, change)).rowcount != 1:
            return None
        return await self.get(tx, row_id)

    async def finish(self, tx: Tx, row_id: str, state: str, note: str = "") -> bool:
        """How it ended; False when it had ended before, the first end stands."""
        change = {"ref": row_id, "to": state, "why": note, "at": self._clock.now()}
        return (await tx.run(FINISH, change)).rowcount == 1

    async def unfinished(self, tx: Tx, limit: int | None = 1000) -> list[InboxRow]:
        """What a process that starts takes up, oldest first; None: all of it."""
        return many(InboxRow, await tx.run(UNFINISHED.limit(limit)))

    async def waiting(self, tx: Tx) -> int:
        """How much is admitted and not finished."""
        return int((await tx.run(WAITING)).scalar_one())

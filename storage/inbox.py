"""What Slack delivered: a row before the acknowledgement, one however often it is delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, literal, or_, select, tuple_, update

from storage.clock import Clock
from storage.ids import new_id
from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import Inbox as Model
from storage.tables import InboxKey, table_of
from storage.tx import Tx
from storage.workers import nobody_alive

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
OURS = Table.c.worker == bindparam("me")
OTHER = Table.alias("other")
EARLIER = and_(
    OTHER.c.state == NEW, tuple_(OTHER.c.said_at, OTHER.c.id) < tuple_(Table.c.said_at, Table.c.id)
)
FIRST = ~exists().where(
    OTHER.c.lane == Table.c.lane,
    OTHER.c.lane != "",
    OTHER.c.id != Table.c.id,
    or_(OTHER.c.state == STARTED, EARLIER),
)
MAY_START = or_(Table.c.lane == "", Table.c.state == STARTED, FIRST)
START = OPEN_ROW.where(OURS, MAY_START).values(
    state=STARTED, attempts=Table.c.attempts + 1, started_at=bindparam("at")
)
FINISH = OPEN_ROW.where(OURS).values(
    state=bindparam("to"), note=bindparam("why"), finished_at=bindparam("at")
)
UNFINISHED = select(Table).where(OPEN, OURS).order_by(Table.c.received_at, Table.c.id)
IN_LANE = select(literal(1)).where(Table.c.lane == bindparam("of"), Table.c.lane != "", OPEN).limit(1)
UNDER_WAY = IN_LANE.where(Table.c.state == STARTED)
THEIRS = and_(OPEN, ~OURS)
LEFT = and_(THEIRS, nobody_alive(Table.c.worker))
FOUND = {alone: select(literal(1)).where(rows).limit(1) for alone, rows in ((True, THEIRS), (False, LEFT))}
ADOPT = {
    alone: update(Table).where(rows).values(worker=bindparam("me")).returning(Table.c.id)
    for alone, rows in ((True, THEIRS), (False, LEFT))
}
WAITING = select(func.count()).select_from(Table).where(OPEN)


class LaneTaken(Exception):
    """An earlier message of the same lane comes first, or one that another process works on."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`state` is new, started, or how it ended: done, ignored, dead. `worker` works on it, `said_at` orders a lane."""

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
    worker: str = ""
    lane: str = ""
    said_at: datetime | None = None


class Inbox:
    """Of `worker`: only its own rows are begun and ended here; those of the gone are adopted first."""

    def __init__(self, clock: Clock, worker: str) -> None:
        self._clock = clock
        self._worker = worker

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
        lane: str = "",
        said_at: datetime | None = None,
    ) -> InboxRow:
        """What is to be admitted. `started`: whoever admits it works on it, this is its first try."""
        now = self._clock.now()
        begun: dict[str, Any] = {"state": STARTED, "attempts": 1, "started_at": now} if started else {}
        return InboxRow(
            id=new_id("in_"), workspace=workspace, kind=kind, channel=channel, thread=thread, actor_id=actor_id,
            payload=dict(payload), correlation=correlation, received_at=now, worker=self._worker, lane=lane,
            said_at=said_at or now, **begun,
        )  # fmt: skip

    async def admit(self, tx: Tx, row: InboxRow, keys: Sequence[str]) -> InboxRow | None:
        """The row as it was stored; None when one of `keys` is known, and then the others are known from here on, too.

        What was to be started and finds its lane in use is stored as new.
        """
        names = sorted(set(keys))  # in one order: two who bring the same cannot wait for each other
        if names and not await self._remember(tx, row, names):
            known = await tx.run(KNOWN, {"workspace": row.workspace, "keys": names})
            older = next(old.inbox_id for old in known if old.inbox_id != row.id)
            await tx.run(RENAME, {"ref": row.id, "older": older})
            return None
        if row.state == STARTED and not await self.idle(tx, row.lane, started=False):
            row = replace(row, state=NEW, attempts=0, started_at=None)
        await tx.run(ADD, values_of(row))
        return row

    async def idle(self, tx: Tx, lane: str, *, started: bool = True) -> bool:
        """Whether nothing in it is under way (or, unless `started`, waits). In a write, nothing is begun until its end."""
        if not lane:
            return True
        await tx.alone(number_of(lane))
        return (await tx.run(UNDER_WAY if started else IN_LANE, {"of": lane})).first() is None

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
        """Counts one more try and returns the row; None when it is unknown, has ended or is not ours. Raises LaneTaken."""
        known = await self.get(tx, row_id)
        if known is not None and known.lane:
            await tx.alone(number_of(known.lane))
        change = {"ref": row_id, "at": self._clock.now(), "me": self._worker}
        started = (await tx.run(START, change)).rowcount == 1
        row = await self.get(tx, row_id)
        if row is not None and not started and row.worker == self._worker and row.state == NEW:
            raise LaneTaken(row.lane)
        return row if started else None

    async def finish(self, tx: Tx, row_id: str, state: str, note: str = "") -> bool:
        """How it ended; False when it had ended before, the first end stands, or when others took it over."""
        change = {"ref": row_id, "to": state, "why": note, "at": self._clock.now(), "me": self._worker}
        return (await tx.run(FINISH, change)).rowcount == 1

    async def unfinished(self, tx: Tx, limit: int | None = 1000) -> list[InboxRow]:
        """What this process has to do, oldest first; None: all of it."""
        return many(InboxRow, await tx.run(UNFINISHED.limit(limit), {"me": self._worker}))

    async def left(self, tx: Tx, *, alone: bool) -> bool:
        """Whether there is anything to `adopt`."""
        return (await tx.run(FOUND[alone], {"me": self._worker})).first() is not None

    async def adopt(self, tx: Tx, *, alone: bool) -> frozenset[str]:
        """What the gone left is ours from here on; its ids. Of two who ask at once each row has one.

        `alone`: we are the only process, so that everybody else is gone.
        """
        return frozenset((await tx.run(ADOPT[alone], {"me": self._worker})).scalars())

    async def waiting(self, tx: Tx) -> int:
        """How much is admitted and not finished."""
        return int((await tx.run(WAITING)).scalar_one())


def number_of(lane: str) -> int:
    """Below zero, where no other lock's number is."""
    return -1 - int.from_bytes(hashlib.sha256(lane.encode()).digest()[:7])

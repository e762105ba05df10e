"""Notifications as they are stored: each planned once, claimed before it is sent, kept as history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, or_, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_notifications import Notification
from storage.tx import Tx
from storage.workers import nobody_alive

WAITING, SENDING, SENT, DEAD, DROPPED = "waiting", "sending", "sent", "dead", "dropped"
LONGEST: Final = timedelta(hours=24)  # that quiet hours hold anything
STATES: Final = (WAITING, SENDING, SENT, DEAD, DROPPED)

Table = table_of(Notification)  # statements are built once: building costs more than running
ADD = first(Table)
DUE = (
    select(Table)
    .where(Table.c.state == WAITING, Table.c.due_at <= bindparam("now"), Table.c.workspace == bindparam("of"))
    .where(Table.c.kind.in_(bindparam("by", expanding=True)))
    .order_by(Table.c.due_at, Table.c.id)
)
CLAIM = (
    update(Table)
    .where(Table.c.id == bindparam("ref"), Table.c.state == WAITING)
    .values(state=SENDING, worker=bindparam("me"), attempts=Table.c.attempts + 1)
)
BEGUN = {"state": WAITING, "unsure": True, "error": "whoever was sending it ended meanwhile"}
OTHERS = Table.c.worker != bindparam("me")
LEFT = {
    alone: update(Table)
    .where(Table.c.state == SENDING, OTHERS, *([] if alone else [nobody_alive(Table.c.worker)]))
    .values(**BEGUN)
    for alone in (True, False)
}
OVERDUE = select(Table).where(
    Table.c.workspace == bindparam("of"), Table.c.state == SENT, Table.c.escalate_at <= bindparam("now"),
    Table.c.seen_at.is_(None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """`content` has passed redaction. `kind` is the way out: slack, email, webhook or pagerduty."""

    id: str
    workspace: str
    event: str
    subject: str
    area: str
    severity: str
    action: str
    route: str
    kind: str
    destination: str
    content: Mapping[str, Any]
    made_at: datetime
    due_at: datetime
    held: str = ""
    state: str = WAITING
    attempts: int = 0
    worker: str = ""
    unsure: bool = False
    sent_at: datetime | None = None
    far_id: str = ""
    error: str = ""
    escalate_at: datetime | None = None
    seen_by: str = ""
    seen_at: datetime | None = None


class Notifications:
    """Of `worker`: what it claims nobody else sends."""

    def __init__(self, worker: str) -> None:
        self._me = worker

    async def add(self, tx: Tx, row: NotificationRow) -> bool:
        """False: it was planned before."""
        return (await tx.run(ADD, values_of(row))).rowcount == 1

    async def get(self, tx: Tx, workspace: str, ref: str) -> NotificationRow | None:
        query = select(Table).where(Table.c.id == ref, Table.c.workspace == workspace)
        return one(NotificationRow, (await tx.run(query)).first())

    async def due(
        self, tx: Tx, workspace: str, kinds: Collection[str], now: datetime, most: int = 50
    ) -> list[NotificationRow]:
        """To be sent by these ways now, the longest due first."""
        asked = {"now": now, "of": workspace, "by": list(kinds)}
        return many(NotificationRow, await tx.run(DUE.limit(most), asked))

    async def claim(self, tx: Tx, ref: str) -> bool:
        """Ours to send now, for one of all that ask."""
        return (await tx.run(CLAIM, {"ref": ref, "me": self._me})).rowcount == 1

    async def sent(self, tx: Tx, ref: str, far_id: str, at: datetime) -> bool:
        return await self._settle(tx, ref, state=SENT, far_id=far_id, sent_at=at, error="")

    async def again(self, tx: Tx, ref: str, why: str, due: datetime, *, unsure: bool) -> bool:
        """Not sent, and tried again. `unsure`: it may have arrived all the same."""
        doubt = {"unsure": True} if unsure else {}
        return await self._settle(tx, ref, state=WAITING, error=why, due_at=due, **doubt)

    async def dead(self, tx: Tx, ref: str, why: str) -> bool:
        return await self._settle(tx, ref, state=DEAD, error=why)

    async def _settle(self, tx: Tx, ref: str, **values: Any) -> bool:
        """Only by whoever claimed it: who was taken for dead meanwhile settles nothing any more."""
        mine = (Table.c.id == ref, Table.c.state == SENDING, Table.c.worker == self._me)
        return (await tx.run(update(Table).where(*mine).values(**values))).rowcount == 1

    async def planned_for(
        self, tx: Tx, like: NotificationRow, begin: datetime, end: datetime, beside: str
    ) -> int:
        """How many beginnings its route sends to its place between two moments; `beside` those whose event begins so."""
        query = select(func.count()).where(
            Table.c.workspace == like.workspace, Table.c.made_at >= begin - LONGEST, Table.c.action == "trigger",
            Table.c.route == like.route, Table.c.destination == like.destination, Table.c.state != DROPPED,
            Table.c.due_at >= begin, Table.c.due_at < end, Table.c.event.startswith(beside, autoescape=True).is_(False),
        )  # fmt: skip
        return int((await tx.run(query)).scalar_one())

    async def dropped(self, tx: Tx, workspace: str, why: str, most: int) -> tuple[int, list[NotificationRow]]:
        """How many were not sent for that reason, and the first of them."""
        where = (Table.c.workspace == workspace, Table.c.state == DROPPED, Table.c.error == why)
        count = int((await tx.run(select(func.count()).where(*where))).scalar_one())
        query = select(Table).where(*where).order_by(Table.c.made_at, Table.c.id).limit(most)
        return count, many(NotificationRow, await tx.run(query))

    async def take_over(self, tx: Tx, *, alone: bool) -> int:
        """What processes that are gone were sending waits anew; how many. `alone`: everybody else is gone."""
        return (await tx.run(LEFT[alone], {"me": self._me})).rowcount

    async def ours(self, tx: Tx) -> list[NotificationRow]:
        """What this process claimed and has not noted the end of."""
        query = select(Table).where(Table.c.state == SENDING, Table.c.worker == self._me)
        return many(NotificationRow, await tx.run(query))

    async def let_go(self, tx: Tx, row: NotificationRow) -> bool:
        """Ours as it was read, and nothing sends it any more: it waits anew. False: it went on meanwhile."""
        same = (Table.c.id == row.id, Table.c.state == SENDING, Table.c.worker == self._me, Table.c.attempts == row.attempts)  # fmt: skip
        return (await tx.run(update(Table).where(*same).values(**BEGUN))).rowcount == 1

    async def drop(self, tx: Tx, workspace: str, subject: str, before: datetime, why: str) -> int:
        """What of a subject was to be told until then and surely did not arrive; how many."""
        where = (
            Table.c.workspace == workspace, Table.c.subject == subject, Table.c.state == WAITING,
            Table.c.action == "trigger", Table.c.made_at <= before, Table.c.unsure.is_(False),
        )  # fmt: skip
        return (await tx.run(update(Table).where(*where).values(state=DROPPED, error=why))).rowcount

    async def retry(self, tx: Tx, workspace: str, ref: str, now: datetime) -> bool:
        """A dead one is tried anew from the beginning. False: it is not dead."""
        where = (Table.c.id == ref, Table.c.workspace == workspace, Table.c.state == DEAD)
        values = {"state": WAITING, "attempts": 0, "due_at": now, "held": ""}
        return (await tx.run(update(Table).where(*where).values(**values))).rowcount == 1

    async def seen(self, tx: Tx, workspace: str, subject: str, by: str, at: datetime) -> int:
        """Somebody is on it: nothing about it is escalated any more. How many were waiting for that."""
        where = (Table.c.workspace == workspace, Table.c.subject == subject, Table.c.seen_at.is_(None))
        return (await tx.run(update(Table).where(*where).values(seen_by=by, seen_at=at))).rowcount

    async def overdue(self, tx: Tx, workspace: str, now: datetime) -> list[NotificationRow]:
        """Sent, and nobody said in time that they saw it."""
        return many(NotificationRow, await tx.run(OVERDUE, {"of": workspace, "now": now}))

    async def escalated(self, tx: Tx, ref: str) -> bool:
        """For one of all that ask."""
        where = (Table.c.id == ref, Table.c.escalate_at.is_not(None))
        return (await tx.run(update(Table).where(*where).values(escalate_at=None))).rowcount == 1

    async def open(self, tx: Tx, workspace: str, kinds: Collection[str], since: datetime) -> list[str]:
        """Subjects that begin so and whose end was not told yet, of what was planned since."""
        over = select(Table.c.subject).where(Table.c.workspace == workspace, Table.c.action == "resolve")
        query = select(Table.c.subject).distinct().where(
            Table.c.workspace == workspace, Table.c.made_at >= since, Table.c.action == "trigger",
            or_(*(Table.c.subject.startswith(f"{kind}:", autoescape=True) for kind in kinds)), Table.c.subject.not_in(over),
        )  # fmt: skip
        return sorted((await tx.run(query)).scalars())

    async def about(self, tx: Tx, workspace: str, subject: str) -> list[NotificationRow]:
        query = select(Table).where(Table.c.workspace == workspace, Table.c.subject == subject)
        return many(NotificationRow, await tx.run(query.order_by(Table.c.made_at, Table.c.id)))

    async def history(self, tx: Tx, workspace: str, state: str = "", most: int = 20) -> list[NotificationRow]:
        """Newest first; of all states unless told otherwise."""
        query = select(Table).where(Table.c.workspace == workspace)
        if state:
            query = query.where(Table.c.state == state)
        return many(
            NotificationRow,
            await tx.run(query.order_by(Table.c.made_at.desc(), Table.c.id.desc()).limit(most)),
        )

    async def counts(self, tx: Tx, workspace: str) -> dict[str, int]:
        query = select(Table.c.state, func.count()).where(Table.c.workspace == workspace)
        found: list[Any] = list(await tx.run(query.group_by(Table.c.state)))
        return {str(row[0]): int(row[1]) for row in found}

    async def oldest_due(self, tx: Tx, workspace: str, now: datetime) -> datetime | None:
        """Since when the one that waits longest should have been on its way."""
        query = select(func.min(Table.c.made_at)).where(
            Table.c.workspace == workspace, Table.c.state.in_((WAITING, SENDING)), Table.c.due_at <= now,
            Table.c.held == "",
        )  # fmt: skip
        found: datetime | None = (await tx.run(query)).scalar()
        return found

    async def forget(self, tx: Tx, before: datetime) -> int:
        """History that is older; what still waits stays."""
        where = (Table.c.made_at < before, Table.c.state.in_((SENT, DEAD, DROPPED)))
        return (await tx.run(delete(Table).where(*where))).rowcount

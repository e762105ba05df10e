"""Access that was given for a while: one row a plan that gave it. Rows stay; what has ended is how others know why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import Grant, table_of
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class GrantRow:
    plan_id: str
    workspace: str
    person: str
    offer: str
    given_at: datetime
    until: datetime
    ended_by: str = ""
    ended_at: datetime | None = None


class Grants:
    async def give(self, tx: Tx, row: GrantRow) -> bool:
        """False: this plan gave it before."""
        return (await tx.run(first(table_of(Grant)).values(**values_of(row)))).rowcount == 1

    async def get(self, tx: Tx, plan_id: str) -> GrantRow | None:
        return one(GrantRow, (await tx.run(select(Grant).where(Grant.plan_id == plan_id))).first())

    async def live(self, tx: Tx, now: datetime) -> Sequence[GrantRow]:
        """What is held now, the one that ends first in front."""
        query = select(Grant).where(Grant.ended_at.is_(None), Grant.until > now)
        return many(GrantRow, await tx.run(query.order_by(Grant.until, Grant.plan_id)))

    async def over(self, tx: Tx, person: str, now: datetime) -> bool:
        """Whether this person held something that they do not hold any more."""
        query = select(Grant.plan_id).where(
            Grant.person == person, Grant.ended_at.is_not(None) | (Grant.until <= now)
        )
        return (await tx.run(query.limit(1))).first() is not None

    async def end(self, tx: Tx, plan_ids: Collection[str], *, by: str, at: datetime) -> int:
        """How many were still held."""
        change = update(Grant).where(Grant.plan_id.in_(list(plan_ids)), Grant.ended_at.is_(None))
        return (await tx.run(change.values(ended_by=by, ended_at=at))).rowcount

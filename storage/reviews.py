"""Uses of break-glass that another person still has to look at: one a plan, open until it is closed with words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.rows import many, one, values_of
from storage.tables import Review
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """`passed_over` says in words what did not hold the plan back; principals are accounts."""

    plan_id: str
    workspace: str
    opened_by: str
    reason: str
    passed_over: str
    opened_at: datetime
    closed_by: str = ""
    words: str = ""
    closed_at: datetime | None = None


class Reviews:
    async def open(self, tx: Tx, row: ReviewRow) -> None:
        await tx.run(insert(Review), values_of(row))

    async def get(self, tx: Tx, plan_id: str) -> ReviewRow | None:
        return one(ReviewRow, (await tx.run(select(Review).where(Review.plan_id == plan_id))).first())

    async def waiting(self, tx: Tx, workspace: str = "") -> Sequence[ReviewRow]:
        """Those that nobody has closed, oldest first; of one workspace or of all."""
        query = select(Review).where(Review.closed_at.is_(None))
        if workspace:
            query = query.where(Review.workspace == workspace)
        return many(ReviewRow, await tx.run(query.order_by(Review.opened_at, Review.plan_id)))

    async def close(self, tx: Tx, plan_id: str, *, by: str, words: str, at: datetime) -> bool:
        """False: somebody closed it before, or there is none."""
        change = update(Review).where(Review.plan_id == plan_id, Review.closed_at.is_(None))
        return (await tx.run(change.values(closed_by=by, words=words, closed_at=at))).rowcount == 1

"""What people said of answers: one word a person and answer, the last one counts; of a bad one perhaps why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update

from storage.inserting import first
from storage.rows import many, values_of
from storage.tables import table_of
from storage.tables_feedback import Feedback as Model
from storage.tx import Tx

USEFUL: Final = "useful"
USELESS: Final = "useless"


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """`answer` is the id of the request that was answered."""

    workspace: str
    channel: str
    thread: str
    answer: str
    voter: str
    verdict: str
    at: datetime
    reason: str = ""
    id: str = ""


class Feedback:
    async def vote(self, tx: Tx, row: FeedbackRow) -> bool:
        """False: the person had said the same before; a reason given then stays. Another word takes the reason away."""
        key = _key(row.workspace, row.answer, row.voter)
        if (await tx.run(first(table_of(Model)), {**values_of(row), "id": key})).rowcount:
            return True
        change = update(Model).where(Model.id == key, Model.verdict != row.verdict)
        return (await tx.run(change.values(verdict=row.verdict, reason="", at=row.at))).rowcount == 1

    async def explain(self, tx: Tx, workspace: str, answer: str, voter: str, reason: str) -> bool:
        """Why it was of no use. False: this person does not say so, or not any more."""
        change = update(Model).where(Model.id == _key(workspace, answer, voter), Model.verdict == USELESS)
        return (await tx.run(change.values(reason=reason))).rowcount == 1

    async def forget_before(self, tx: Tx, before: datetime) -> int:
        """What was said so long ago is counted nowhere any more; how many went."""
        return (await tx.run(delete(table_of(Model)).where(table_of(Model).c.at < before))).rowcount

    async def since(self, tx: Tx, workspace: str, channel: str, since: datetime) -> list[FeedbackRow]:
        """Of a channel, oldest first."""
        query = select(Model.__table__).where(
            Model.workspace == workspace, Model.channel == channel, Model.at > since
        )
        return many(FeedbackRow, await tx.run(query.order_by(Model.at, Model.id)))


def _key(workspace: str, answer: str, voter: str) -> str:
    return f"{workspace}:{answer}:{voter}"

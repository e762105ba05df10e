"""Full results, kept for paging and download. Text that has passed redaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select

from storage.clock import Clock
from storage.ids import new_id
from storage.rows import one, values_of
from storage.tables import Artifact as Table
from storage.tx import Tx


def new_artifact_id() -> str:
    return new_id("art_")


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """`owner` is the account (`<team>:<user>`) whose rights the text was read with."""

    id: str
    workspace: str
    owner: str
    correlation: str
    title: str
    content_type: str
    text: str
    created_at: datetime


class Artifacts:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def put(
        self,
        tx: Tx,
        *,
        title: str,
        content_type: str,
        text: str,
        owner: str,
        correlation: str,
        artifact_id: str = "",
    ) -> str:
        """The id of the kept text, `artifact_id` where the caller made one. Its workspace is that of its owner."""
        workspace = owner.partition(":")[0]
        row = ArtifactRow(
            artifact_id or new_artifact_id(),
            workspace,
            owner,
            correlation,
            title,
            content_type,
            text,
            self._clock.now(),
        )
        await tx.run(insert(Table), values_of(row))
        return row.id

    async def get(self, tx: Tx, artifact_id: str) -> ArtifactRow | None:
        return one(ArtifactRow, (await tx.run(select(Table).where(Table.id == artifact_id))).first())

    async def forget_before(self, tx: Tx, before: datetime) -> int:
        """Full results are for now, not for ever; how many went."""
        return (await tx.run(delete(Table).where(Table.created_at < before))).rowcount

    async def keep_newest(self, tx: Tx, content_type: str, most: int, before: datetime) -> int:
        """Of what is of this type, what is older than `before` goes, and what is beyond the newest `most`; how many went."""
        newest = (
            select(Table.id)
            .where(Table.content_type == content_type)
            .order_by(Table.created_at.desc())
            .limit(most)
        )
        old = or_(Table.created_at < before, Table.id.not_in(newest))
        return (await tx.run(delete(Table).where(Table.content_type == content_type, old))).rowcount

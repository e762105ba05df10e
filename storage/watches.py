"""Watches as they are stored. Each step forward is a compare-and-set, so that of several processes one takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_watches import Watch
from storage.tx import WATCHING, Tx


@dataclass(frozen=True, slots=True)
class WatchRow:
    """`log` are the changes that were told, in words; `trouble` is why the last look failed, empty when it did not."""

    id: str
    workspace: str
    channel: str
    thread: str
    owner: str
    title: str
    tool: str
    args: Mapping[str, Any]
    made_at: datetime
    ends_at: datetime
    looked_at: datetime
    seen: Mapping[str, Any]
    said: int = 0
    trouble: str = ""
    log: Sequence[str] = field(default_factory=list)
    ended: str = ""


class Watches:
    async def add(self, tx: Tx, row: WatchRow) -> None:
        await tx.run(insert(table_of(Watch)), values_of(row))

    async def begin(
        self, tx: Tx, row: WatchRow, *, of_person: int, of_channel: int
    ) -> Literal["", "person", "channel"]:
        """Added, or whose limit is reached. Those who begin at once count one after the other, or each would count too few."""
        await tx.alone(WATCHING)
        running = await self.running(tx, row.workspace)
        if sum(one.owner == row.owner for one in running) >= of_person:
            return "person"
        if sum(one.channel == row.channel for one in running) >= of_channel:
            return "channel"
        await self.add(tx, row)
        return ""

    async def get(self, tx: Tx, workspace: str, watch: str) -> WatchRow | None:
        query = select(Watch.__table__).where(Watch.workspace == workspace, Watch.id == watch)
        return one(WatchRow, (await tx.run(query)).first())

    async def running(self, tx: Tx, workspace: str) -> list[WatchRow]:
        query = select(Watch.__table__).where(Watch.workspace == workspace, Watch.ended == "")
        return many(WatchRow, await tx.run(query.order_by(Watch.made_at, Watch.id)))

    async def look(self, tx: Tx, row: WatchRow, at: datetime, log: Sequence[str]) -> bool:
        """The next look is ours, and `log` is noted with it. False: another process took it, or there are no more."""
        same = (Watch.id == row.id, Watch.looked_at == row.looked_at, Watch.ended == "")
        change = update(Watch).where(*same).values(looked_at=at, log=list(log))
        return (await tx.run(change)).rowcount == 1

    async def tell(
        self,
        tx: Tx,
        row: WatchRow,
        *,
        seen: Mapping[str, Any],
        trouble: str,
        log: Sequence[str],
        ended: str = "",
    ) -> bool:
        """Its next message is ours to plan, in the same transaction. False: somebody told it, or it ended meanwhile."""
        same = (Watch.id == row.id, Watch.said == row.said, Watch.ended == "")
        change = update(Watch).where(*same)
        change = change.values(
            said=row.said + 1, seen=dict(seen), trouble=trouble, log=list(log), ended=ended
        )
        return (await tx.run(change)).rowcount == 1

    async def end(self, tx: Tx, watch: str, why: str) -> bool:
        """Without a message. False: it had ended."""
        change = update(Watch).where(Watch.id == watch, Watch.ended == "").values(ended=why)
        return (await tx.run(change)).rowcount == 1

"""Rooms of incidents as they are stored. What is said there, and when, is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update

from storage.inserting import first
from storage.rows import many, one, values_of
from storage.tables import table_of
from storage.tables_rooms import IncidentRoom, RoomLine
from storage.tx import Tx

NEW, OPEN, PAUSED, COMPLETING, COMPLETED, SHUT = "new", "open", "paused", "completing", "completed", "shut"
LIVE: Final = (NEW, OPEN, PAUSED, COMPLETING, COMPLETED)
KEEP: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class RoomRow:
    """`changed_by` and `changed_at`: who brought it into this state, and when. `shut`: it is none of ours after all."""

    id: str
    workspace: str
    channel: str
    name: str
    why: str
    opened_by: str
    opened_at: datetime
    changed_by: str
    changed_at: datetime
    state: str = NEW
    words: str = ""
    incident: str = ""
    round: int = 1
    ts: str = ""
    shown: str = ""
    told: Sequence[str] = ()
    saying: Mapping[str, Any] = field(default_factory=dict)
    spoken: int = 0


@dataclass(frozen=True, slots=True)
class LineRow:
    id: str
    workspace: str
    room: str
    at: datetime
    heard: datetime
    who: str
    text: str
    turn: int = 0


class Rooms:
    async def open(self, tx: Tx, row: RoomRow) -> bool:
        """False: it is known."""
        return (
            await tx.run(first(table_of(IncidentRoom)), values_of(row) | {"told": list(row.told)})
        ).rowcount == 1

    async def get(self, tx: Tx, room: str) -> RoomRow | None:
        query = select(IncidentRoom.__table__).where(IncidentRoom.id == room)
        return one(RoomRow, (await tx.run(query)).first())

    async def at(self, tx: Tx, room: str) -> RoomRow | None:
        """As `get`; nobody else changes it until the end of the transaction."""
        hold = update(IncidentRoom).where(IncidentRoom.id == room).values(spoken=IncidentRoom.spoken)
        await tx.run(hold)
        return await self.get(tx, room)

    async def live(self, tx: Tx, workspace: str) -> list[RoomRow]:
        """Those that something may still be said in, oldest first."""
        where = (IncidentRoom.workspace == workspace, IncidentRoom.state.in_(LIVE))
        query = select(IncidentRoom.__table__).where(*where).order_by(IncidentRoom.opened_at, IncidentRoom.id)
        return many(RoomRow, await tx.run(query))

    async def change(self, tx: Tx, room: str, **values: object) -> None:
        await tx.run(update(IncidentRoom).where(IncidentRoom.id == room).values(**values))

    async def move(self, tx: Tx, room: str, before: Collection[str], **values: object) -> bool:
        """False: it is in none of these states any more."""
        where = (IncidentRoom.id == room, IncidentRoom.state.in_(tuple(before)))
        return (await tx.run(update(IncidentRoom).where(*where).values(**values))).rowcount == 1

    async def hear(self, tx: Tx, line: LineRow) -> bool:
        """False: it was heard before. What is too old goes, so that nobody has to think of it."""
        await tx.run(delete(RoomLine).where(RoomLine.at < line.heard - KEEP))
        return (await tx.run(first(table_of(RoomLine)), values_of(line))).rowcount == 1

    async def unread(self, tx: Tx, room: str) -> list[LineRow]:
        """Oldest first."""
        query = select(RoomLine.__table__).where(RoomLine.room == room, RoomLine.turn == 0)
        return many(LineRow, await tx.run(query.order_by(RoomLine.at, RoomLine.id)))

    async def read(self, tx: Tx, lines: Collection[str], turn: int) -> None:
        await tx.run(update(RoomLine).where(RoomLine.id.in_(tuple(lines))).values(turn=turn))

    async def lines(self, tx: Tx, room: str, most: int) -> list[LineRow]:
        """The newest, the newest last."""
        query = select(RoomLine.__table__).where(RoomLine.room == room)
        found = many(
            LineRow, await tx.run(query.order_by(RoomLine.at.desc(), RoomLine.id.desc()).limit(most))
        )
        return found[::-1]

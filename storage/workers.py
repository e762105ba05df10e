"""Processes that work on one database: who is alive, and who was silent for so long that others take what is theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from storage.columns import Ago
from storage.tables import Worker as Model
from storage.tables import table_of
from storage.tx import Tx

FORGOTTEN_S = 7 * 24 * 3600.0

Table = table_of(Model)  # statements are built once: building costs more than running
NOW = Ago(literal_column("0"))
ME = Table.c.id == bindparam("me")
ALIVE = Table.c.gone_at.is_(None)
BEGIN = insert(Table).from_select(
    ["id", "started_at", "seen_at"], select(bindparam("me", type_=Table.c.id.type), NOW, NOW)
)
BEAT = update(Table).where(ME, ALIVE).values(seen_at=NOW)
LEAVE = update(Table).where(ME, ALIVE).values(gone_at=NOW)
SILENT = select(Table.c.id).where(
    Table.c.id != bindparam("me"), ALIVE, Table.c.seen_at < Ago(bindparam("lease_s"))
)
LIVING = select(Table.c.id).where(ALIVE)
OTHER = Table.alias()
DECLARE = (
    update(Table)
    .where(Table.c.id == bindparam("dead"), ALIVE, Table.c.seen_at < Ago(bindparam("lease_s")))
    .where(exists().where(OTHER.c.id == bindparam("me"), OTHER.c.gone_at.is_(None)))
    .values(gone_at=NOW)
)
SIGNS = select(Table.c.id, Table.c.seen_at).where(ALIVE)
IS_ALIVE = select(literal(1)).where(ME, ALIVE)
FORGET = delete(Table).where(Table.c.gone_at < Ago(literal(FORGOTTEN_S)))


def nobody_alive(column: ColumnElement[str]) -> ColumnElement[bool]:
    """For rows that are of nobody who is alive, asked by somebody (`me`) who is."""
    return and_(column.not_in(LIVING), exists(LIVING.where(ME)))


class Workers:
    """`me` is this process. Who is declared gone stays so: a process that comes back begins anew under another name."""

    def __init__(self, me: str) -> None:
        self.me = me

    async def begin(self, tx: Tx) -> None:
        await tx.run(BEGIN, {"me": self.me})
        await tx.run(FORGET)

    async def beat(self, tx: Tx) -> bool:
        """False when others took this process for dead."""
        return (await tx.run(BEAT, {"me": self.me})).rowcount == 1

    async def leave(self, tx: Tx) -> None:
        """Told to stop, and stopped: others need not wait for what is left."""
        await tx.run(LEAVE, {"me": self.me})

    async def silent(self, tx: Tx, lease_s: float) -> list[str]:
        """Whose last sign of life is older than `lease_s`."""
        found = await tx.run(SILENT, {"me": self.me, "lease_s": lease_s})
        return sorted(found.scalars())

    async def declare_gone(self, tx: Tx, dead: str, lease_s: float) -> bool:
        """True for one of those who try and are alive, and for nobody when it gave a sign of life meanwhile."""
        return (await tx.run(DECLARE, {"me": self.me, "dead": dead, "lease_s": lease_s})).rowcount == 1

    async def bury(self, tx: Tx, dead: str) -> None:
        """For whoever knows by other means that it is: it holds what only that process could hold."""
        await tx.run(LEAVE, {"me": dead})

    async def living(self, tx: Tx) -> frozenset[str]:
        return frozenset((await tx.run(LIVING)).scalars())

    async def signs(self, tx: Tx) -> dict[str, datetime]:
        """The last sign of life of each that is alive."""
        return {row.id: row.seen_at for row in await tx.run(SIGNS)}

    async def gone(self, tx: Tx, worker: str) -> bool:
        """Who was never heard of is gone, too."""
        return (await tx.run(IS_ALIVE, {"me": worker})).first() is None

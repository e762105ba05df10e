"""What a schedule does once, however many processes come to do it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update

from storage.clock import Clock
from storage.inserting import first
from storage.tables import Slot as Model
from storage.tables import table_of
from storage.tx import Tx

Table = table_of(Model)
TAKE = first(Table)
FORGET = delete(Table).where(Table.c.taken_at < bindparam("before"))
THIS = (Table.c.name == bindparam("name"), Table.c.at == bindparam("at"))
HOLDER = select(Table.c.worker).where(*THIS)
INHERIT = (
    update(Table)
    .where(
        Table.c.name == bindparam("of"), Table.c.at == bindparam("when"), Table.c.worker == bindparam("dead")
    )
    .values(worker=bindparam("heir"))
    .execution_options(preserve_rowcount=True)
)
KEPT = timedelta(days=60)  # longer than any clock is wrong


class Slots:
    def __init__(self, clock: Clock, worker: str) -> None:
        self._clock = clock
        self._worker = worker

    async def first(self, tx: Tx, name: str, at: str) -> bool:
        """True for one of all that ask. `at` is a time as its name has it, e.g. a date."""
        now = self._clock.now()
        row = {"name": name, "at": at, "worker": self._worker, "taken_at": now}
        taken = (await tx.run(TAKE, row)).rowcount == 1
        if taken:
            await tx.run(FORGET, {"before": now - KEPT})
        return taken

    async def holder(self, tx: Tx, name: str, at: str) -> str:
        """Who has it: this process where nobody had."""
        if await self.first(tx, name, at):
            return self._worker
        return str((await tx.run(HOLDER, {"name": name, "at": at})).scalar_one())

    async def peek(self, tx: Tx, name: str, at: str) -> str:
        """Who has it; empty where nobody had."""
        return str((await tx.run(HOLDER, {"name": name, "at": at})).scalar() or "")

    async def inherit(self, tx: Tx, name: str, at: str, dead: str) -> bool:
        """What a process had that is gone. True for one of those who try."""
        values = {"of": name, "when": at, "dead": dead, "heir": self._worker}
        return (await tx.run(INHERIT, values)).rowcount == 1

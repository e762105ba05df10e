"""A transaction as the stores see it, and the two ways to have one.

Step by step: each statement is one visit to the connection's thread, and anything may be waited for in between. Whole:
the transaction is one job, so it costs one visit in all, and may wait for nothing but its own statements.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Executable, text
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from storage.threaded import Threaded

T = TypeVar("T")
Then = Callable[[], Awaitable[None]]
Ask = Callable[[Executable, Any], Awaitable[CursorResult[Any]]]
LOCK = text("SELECT pg_advisory_xact_lock(:number)")
# Taken in this order, the chain last: whoever holds a later one never asks for an earlier one.
SWITCHING, PROPOSING, WATCHING, COUNTING, CHAIN = 4701411, 4701412, 4701414, 4701416, 4701417


@dataclass(frozen=True, slots=True, eq=False)
class Tx:
    """Lives inside `async with db.read()` or `db.write()`, or in a job; `after` runs once the commit is done."""

    dialect: str
    ask: Ask
    writes: bool = False
    after: list[Then] = field(default_factory=list)
    held: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, conn: Connection, *, writes: bool = True) -> Tx:
        """Asks right here, in the connection's own thread."""

        async def ask(statement: Executable, values: Any) -> CursorResult[Any]:
            return conn.execute(statement, values)

        return cls(conn.dialect.name, ask, writes)

    async def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.ask(statement, values)

    async def alone(self, number: int) -> None:
        """From here on, who writes and asks for the same waits for the end of this transaction.

        A statement of its own, so that the next one sees what those wrote who were first. On SQLite every write is alone.
        """
        if self.writes and self.dialect == "postgresql" and number not in self.held:
            await self.ask(LOCK, {"number": number})
            self.held.add(number)


Job = Callable[[Tx], Coroutine[Any, Any, T]]
End = Callable[[Connection], None]


class Done(NamedTuple):
    result: Any
    after: list[Then]


@asynccontextmanager
async def step_by_step(at: Threaded, end: End) -> AsyncIterator[Tx]:
    """`end` is what becomes of it when nothing went wrong. Without a statement there is nothing to end."""
    asked = False

    async def ask(statement: Executable, values: Any) -> CursorResult[Any]:
        nonlocal asked
        asked = True
        return await at.do(lambda conn: conn.execute(statement, values))

    try:
        yield Tx(at.dialect, ask, writes=end is commit)
    except BaseException:  # cancelled in the middle, too: nothing of it stays, and it goes on
        if asked:
            await at.do(undo)
        raise
    if asked:
        await at.do(end)


def whole(job: Job[Any], end: End) -> Callable[[Connection], Done]:
    """`job` as what a connection's thread can do: Done."""

    def work(conn: Connection) -> Done:
        tx = Tx.of(conn, writes=end is commit)
        try:
            result = to_its_end(job(tx))
        except BaseException:  # as above
            undo(conn)
            raise
        end(conn)
        return Done(result, tx.after)

    return work


def commit(conn: Connection) -> None:
    try:
        conn.commit()
    except DBAPIError:
        if not conn.invalidated:
            conn.connection.rollback()  # SQLAlchemy takes the transaction for ended, the database does not
        undo(conn)
        raise


def undo(conn: Connection) -> None:
    """Nothing after a commit."""
    conn.rollback()


def to_its_end(job: Coroutine[Any, Any, T]) -> T:
    try:
        job.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    job.close()
    raise RuntimeError("a whole transaction waits for its own statements and for nothing else")

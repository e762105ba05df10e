"""A transaction as the stores see it, and the two ways to have one.

Step by step: each statement is one visit to the connection's thread, and anything may be waited for in between. Whole:
the transaction is one job, so it costs one visit in all, and may wait for nothing but its own statements.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Executable
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import DBAPIError

from storage.threaded import Threaded

T = TypeVar("T")
Then = Callable[[], Awaitable[None]]
Ask = Callable[[Executable, Any], Awaitable[CursorResult[Any]]]


@dataclass(frozen=True, slots=True, eq=False)
class Tx:
    """Lives inside `async with db.read()` or `db.write()`, or in a job; `after` runs once the commit is done."""

    dialect: str
    ask: Ask
    after: list[Then] = field(default_factory=list)

    @classmethod
    def of(cls, conn: Connection) -> Tx:
        """Asks right here, in the connection's own thread."""

        async def ask(statement: Executable, values: Any) -> CursorResult[Any]:
            return conn.execute(statement, values)

        return cls(conn.dialect.name, ask)

    async def run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.ask(statement, values)


Job = Callable[[Tx], Coroutine[Any, Any, T]]


class Done(NamedTuple):
    result: Any
    after: list[Then]


@asynccontextmanager
async def step_by_step(at: Threaded, end: Callable[[Connection], None]) -> AsyncIterator[Tx]:
    """`end` is what becomes of it when nothing went wrong. Without a statement there is nothing to end."""
    asked = False

    async def ask(statement: Executable, values: Any) -> CursorResult[Any]:
        nonlocal asked
        asked = True
        return await at.do(lambda conn: conn.execute(statement, values))

    try:
        yield Tx(at.dialect, ask)
    except BaseException:
        if asked:
            await at.do(undo)
        raise
    if asked:
        await at.do(end)


def whole(job: Job[Any], end: Callable[[Connection], None]) -> Callable[[Connection], Done]:
    """`job` as what a connection's thread can do: Done."""

    def work(conn: Connection) -> Done:
        tx = Tx.of(conn)
        try:
            result = to_its_end(job(tx))
        except BaseException:
            undo(conn)
            raise
        end(conn)
        return Done(result, tx.after)

    return work


def commit(conn: Connection) -> None:
    try:
        conn.commit()
    except DBAPIError:
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

"""Writers who come together share one transaction, and with it one wait for the disk. Each is undone alone, and each goes
on only when what it wrote is on the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy.engine import Connection

from storage.tx import Done, Job, Tx, commit, to_its_end, undo, whole

T = TypeVar("T")
End = Done | BaseException


class Writer(Protocol):
    """A connection, or any one of several."""

    async def do(self, job: Callable[[Connection], T]) -> T: ...


class _Asked(NamedTuple):
    job: Job[Any]
    answer: asyncio.Future[Done]


class Grouped:
    """`alone` is held while a transaction runs: writers that go step by step wait for it, too."""

    def __init__(self, writer: Writer, alone: asyncio.Lock) -> None:
        self._writer = writer
        self._alone = alone
        self._asked: list[_Asked] = []
        self._begun: list[_Asked] = []
        self._leading: asyncio.Task[None] | None = None

    async def do(self, job: Job[Any]) -> Done:
        """Whoever stops waiting takes its job along unless it has begun."""
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(job, answer))
        if self._leading is None:  # begins a moment later: who is about to write now comes along
            self._leading = asyncio.create_task(self._lead(), name="database writes")
        return await answer

    async def settled(self) -> None:
        """When this returns, nothing that was asked before is under way."""
        if self._leading is not None:
            await asyncio.wait({self._leading})

    async def _lead(self) -> None:
        try:
            while self._asked:
                async with self._alone:  # given back each time: others have their turn
                    await self._write()
        finally:
            self._leading = None
            for one in (*self._begun, *self._asked):
                one.answer.cancel()  # where it was not answered

    async def _write(self) -> None:
        begun = self._begun = [one for one in self._asked if not one.answer.done()]
        self._asked.clear()
        if not begun:
            return
        work, loop = together([one.job for one in begun]), asyncio.get_running_loop()

        def told(conn: Connection) -> None:
            """Who waits goes on at once, not when the leader comes to it: a busy loop takes a while for each step."""
            loop.call_soon_threadsafe(_answer_all, begun, work(conn))

        for failed in await asyncio.gather(self._writer.do(told), return_exceptions=True):
            if failed is not None:
                _answer_all(begun, [failed] * len(begun))


def _answer_all(begun: Sequence[_Asked], ends: Sequence[End]) -> None:
    for one, end in zip(begun, ends, strict=True):
        _answer(one.answer, end)


def _answer(answer: asyncio.Future[Done], end: End) -> None:
    if answer.done():
        return
    if isinstance(end, BaseException):
        answer.set_exception(end)
    else:
        answer.set_result(end)


def together(jobs: Sequence[Job[Any]]) -> Callable[[Connection], list[End]]:
    """As what a connection's thread can do: how each ended. Raises what befell the transaction, and so all of them."""
    if len(jobs) == 1:
        alone = whole(jobs[0], commit)
        return lambda conn: [alone(conn)]

    def work(conn: Connection) -> list[End]:
        try:
            ends = [_apart(conn, job) for job in jobs]
        except BaseException:  # what befell all of them: nothing stays, and it goes on
            undo(conn)
            raise
        commit(conn)
        return ends

    return work


def _apart(conn: Connection, job: Job[Any]) -> End:
    """What fails takes back its own statements only; when even that fails, the transaction is gone.

    The savepoint in plain words: SQLAlchemy's own compiles its two statements anew each time.
    """
    tx = Tx.of(conn)
    conn.exec_driver_sql("SAVEPOINT apart")
    try:
        end: End = Done(to_its_end(job(tx)), tx.after)
    except BaseException as raised:  # noqa: BLE001 - raised where the job was asked for
        conn.exec_driver_sql("ROLLBACK TO SAVEPOINT apart")
        end = raised
    conn.exec_driver_sql("RELEASE SAVEPOINT apart")
    return end

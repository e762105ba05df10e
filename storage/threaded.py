"""A database connection in a thread of its own: who asks it for something waits beside the event loop, never in it.

SQLAlchemy runs there as it runs everywhere else, without the greenlets of its asyncio form: those cost more than the
statements that we send.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.engine import Connection, Engine

from storage.errors import StoreUnavailable

T = TypeVar("T")
WAIT_S = 30.0


class _Asked(NamedTuple):
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]
    job: Callable[[], Any]


class Threaded:
    """One job after another, in the order asked. The thread ends with the process: nothing waits for a forgotten one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        Thread(target=self._work, name="database", daemon=True).start()

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    async def do(self, job: Callable[[Connection], T]) -> T:
        """What `job` returns. Whoever stops waiting does not stop the job."""
        return await self._ask(lambda: job(self._connected()))

    def _ask(self, job: Callable[[], T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._asked.put(_Asked(loop, answer, job))
        return answer

    async def close(self) -> None:
        await self._ask(self._disconnect)
        self._asked.put(None)

    def leave(self) -> None:
        """Closed as soon as it has done what it was asked; nobody waits for that."""
        self._ask(self._disconnect)
        self._asked.put(None)

    def _disconnect(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()

    def _connected(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            self._answer(*asked)
            del asked  # what it holds is not kept until the next one

    def _answer(
        self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any], job: Callable[[], Any]
    ) -> None:
        result, error = None, None
        try:
            result = job()
        except BaseException as raised:  # noqa: BLE001 - raised where the job was asked for
            error = raised
        with suppress(RuntimeError):  # the loop may have ended meanwhile, then nobody waits
            loop.call_soon_threadsafe(_settle, answer, result, error)


def _settle(answer: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)


class Pool:
    """As many connections as are in use at once, up to `most`; `kept` of them stay open."""

    def __init__(
        self,
        engine: Engine,
        *,
        kept: int,
        most: int,
        kind: type[Threaded] = Threaded,
    ) -> None:
        self._engine = engine
        self._kind = kind
        self._kept = kept
        self._free = asyncio.Semaphore(most)
        self._idle: list[Threaded] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Threaded]:
        """Raises StoreUnavailable when all stay in use for too long."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._free.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("the database is busy: too much is asked of it at once") from error
        conn = self._idle.pop() if self._idle else self._kind(self._engine)
        try:
            yield conn
        finally:
            self._free.release()
            if len(self._idle) < self._kept:
                self._idle.append(conn)
            else:
                conn.leave()

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for conn in idle:
            await conn.close()

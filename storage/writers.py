"""Who may write when. SQLite takes one writer at a time, PostgreSQL as many as it has connections for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy.engine import Connection

from storage.grouped import Grouped
from storage.threaded import Pool, Threaded
from storage.tx import Done, Job, commit, whole

T = TypeVar("T")


class Pooled:
    """Any connection of a pool, each time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def do(self, job: Callable[[Connection], T]) -> T:
        """Raises StoreUnavailable when all stay in use for too long, or no answer came in time."""
        async with self._pool.one() as writer:
            return await writer.do(job)


class Writers(Protocol):
    def one(self) -> AbstractAsyncContextManager[Threaded]:
        """For a transaction step by step."""

    async def do(self, job: Job[Any], *, shares: bool = False) -> Done:
        """A whole transaction, committed when this returns. `shares`: it waits for nobody but the audit's chain."""

    async def settled(self) -> None:
        """When this returns, nothing that was asked before is under way."""

    async def close(self) -> None: ...


class OneWriter:
    """Whoever comes waits for as long as that takes; whole transactions that come together share one wait for the disk."""

    def __init__(self, writer: Threaded) -> None:
        self._writer = writer
        self._lock = asyncio.Lock()
        self._grouped = Grouped(writer, self._lock)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Threaded]:
        async with self._lock:
            yield self._writer

    async def do(self, job: Job[Any], *, shares: bool = False) -> Done:  # noqa: ARG002 - here all can
        return await self._grouped.do(job)

    async def settled(self) -> None:
        await self._grouped.settled()

    async def close(self) -> None:
        await self._writer.close()


class ManyWriters:
    """Each transaction on its own, but for those that only append to the audit: they would take turns, each waiting for the
    disk while it holds the chain. So they go in one, as on SQLite.

    Others must not come along: whoever holds the chain and then asks for a row could wait for somebody who waits for the chain.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._grouped = Grouped(Pooled(pool), asyncio.Lock())

    def one(self) -> AbstractAsyncContextManager[Threaded]:
        return self._pool.one()

    async def do(self, job: Job[Any], *, shares: bool = False) -> Done:
        if shares:
            return await self._grouped.do(job)
        async with self._pool.one() as writer:
            return await writer.do(whole(job, commit))

    async def settled(self) -> None:
        """Whoever else waits for a connection holds it until its transaction ended."""
        await self._grouped.settled()

    async def close(self) -> None:
        await self._pool.close()

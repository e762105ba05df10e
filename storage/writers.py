"""Who may write when. SQLite takes one writer at a time, PostgreSQL as many as it has connections for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from storage.grouped import Grouped
from storage.threaded import Pool, Threaded
from storage.tx import Done, Job, commit, whole


class Writers(Protocol):
    def one(self) -> AbstractAsyncContextManager[Threaded]:
        """For a transaction step by step."""

    async def do(self, job: Job[Any]) -> Done:
        """A whole transaction, committed when this returns."""

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

    async def do(self, job: Job[Any]) -> Done:
        return await self._grouped.do(job)

    async def settled(self) -> None:
        await self._grouped.settled()

    async def close(self) -> None:
        await self._writer.close()


class ManyWriters:
    """Each transaction on its own: the server shares the wait for the disk among those that commit together."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def one(self) -> AbstractAsyncContextManager[Threaded]:
        return self._pool.one()

    async def do(self, job: Job[Any]) -> Done:
        async with self._pool.one() as writer:
            return await writer.do(whole(job, commit))

    async def settled(self) -> None:
        """Whoever waits for a connection holds it until its transaction ended."""

    async def close(self) -> None:
        await self._pool.close()

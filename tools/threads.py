"""Blocking calls off the event loop: a bounded pool for each dependency, so that a slow one starves only itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tools.errors import TryLater

T = TypeVar("T")


class Pool:
    """At most `size` blocking calls at once to the dependency `name`; more wait, as long as their deadline allows."""

    def __init__(self, name: str, size: int = 8) -> None:
        self.name = name
        self.size = size
        self._free = asyncio.Semaphore(size)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix=f"pool-{name}")

    async def run(self, fn: Callable[[], T], seconds: float) -> T:
        """Run `fn` on a thread, at most `seconds` of waiting and running together.

        A place is given back when the thread ends, not when the caller stops waiting: `fn` must carry its own
        time limit.

        Raises:
            TryLater: no place came free, or `fn` took longer.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError:
            raise TryLater(
                f"{self.name} is busy: {self.size} calls are already under way", self.name
            ) from None
        future = loop.run_in_executor(self._threads, fn)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), max(0.0, ends - loop.time()))
        except TimeoutError:
            raise TryLater(f"{self.name} did not answer within {seconds:.0f} s", self.name) from None

    def _done(self, future: asyncio.Future[T]) -> None:
        self._free.release()
        if not future.cancelled():
            future.exception()  # seen, even when nobody waits any more

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


async def run_blocking(pool: Pool, fn: Callable[[], T], seconds: float) -> T:
    return await pool.run(fn, seconds)

"""Work that the engine runs, kept from telling the engine's tables anything: errors are ours to log, not theirs to store."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable

import structlog

from storage.errors import StoreUnavailable

Work = Callable[[str], Awaitable[None]]
TRIES = 6
FIRST_WAIT_S = 0.5
log = structlog.get_logger("agents.engine")


class Guard:
    """Runs work, retries it while the store is away, and knows what is under way."""

    def __init__(self, kind: str, work: Work) -> None:
        self._kind = kind
        self._work = work
        self.running: dict[str, asyncio.Task[None]] = {}
        self.carriers: set[asyncio.Task[object]] = set()  # the engine's own tasks that wait for ours

    async def run(self, key: str) -> None:
        """Returns when the work ended, well or not; only cancellation passes through."""
        carrier = asyncio.current_task()
        if carrier is not None:
            self.carriers.add(carrier)
            carrier.add_done_callback(self.carriers.discard)
        wait = FIRST_WAIT_S
        for left in range(TRIES - 1, -1, -1):
            error = await self._once(key)
            if error is None:
                return
            if not isinstance(error, StoreUnavailable) or not left:
                # Type and place, never the text of a value: what a library puts into messages is not ours to know.
                log.error(
                    "engine_work_failed", kind=self._kind, key=key, error=type(error).__name__, exc_info=error
                )
                return
            await asyncio.sleep(wait)
            wait *= 2

    async def _once(self, key: str) -> BaseException | None:
        # An empty context: the work must not look like a part of the workflow to whatever it calls on the engine.
        task = asyncio.create_task(
            self._started(key), name=f"{self._kind} {key}", context=contextvars.Context()
        )
        self.running[key] = task
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            if task.done():
                self.running.pop(key, None)
        if task.cancelled():
            raise asyncio.CancelledError
        return task.exception()

    async def _started(self, key: str) -> None:
        await self._work(key)

    async def drain(self, seconds: float) -> bool:
        """Wait for what is under way; whether all of it ended."""
        tasks = set(self.running.values())
        if not tasks:
            return True
        _, pending = await asyncio.wait(tasks, timeout=seconds)
        return not pending

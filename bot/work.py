"""Admitted rows become work: messages through the engine, one at a time a thread; commands and clicks at once.

A row is finished when its work is. What a process left behind, and what failed for a while, is taken up again here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog

from bot.intake import Admitted, Intake, through_engine
from bot.outgoing import SlackAwayError
from bot.turns import MAX_ATTEMPTS, Turns
from storage.clock import Clock
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.inbox import InboxRow

AT_ONCE = 32
LEFT_AFTER = timedelta(seconds=15)
Handler = Callable[[Admitted], Awaitable[None]]
log = structlog.get_logger(__name__)


class Queue(Protocol):
    """The engine, as far as messages need it."""

    async def enqueue_turn(self, inbox_id: str, thread_key: str) -> None: ...


@dataclass
class Work:
    """`at_once` has a handler for each kind that does not go through the engine; `queue` comes when it runs."""

    db: Database
    clock: Clock
    intake: Intake
    turns: Turns
    at_once: Mapping[str, Handler]
    queue: Queue | None = None
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    running: set[str] = field(default_factory=set)

    async def take(self, work: Admitted) -> None:
        """Called after the row is stored, and started if no engine carries it; returns at once."""
        if not through_engine(work.delivery.kind, work.payload):
            self._start(self._direct(work.row_id, work), work.row_id)
        elif self.queue is not None:
            await self.queue.enqueue_turn(work.row_id, work.place.key)
        else:
            log.info("waits_for_engine", request=work.row_id)

    async def sweep(self, *, at_start: bool = False) -> None:
        """Take up rows that nobody works on. Raises StoreUnavailable."""
        rows = await self.db.read_whole(self.db.inbox.unfinished)
        for row in rows:
            await self._take_up(row, at_start=at_start)

    async def _take_up(self, row: InboxRow, *, at_start: bool) -> None:
        if through_engine(row.kind, row.payload):
            if row.state == "new" and self.queue is not None:
                await self.queue.enqueue_turn(row.id, f"{row.workspace}:{row.channel}:{row.thread}")
            elif row.state != "new" and (at_start or self._left(row)) and row.id not in self.turns.running:
                self._start(self.turns.run(row.id), row.id)
        elif row.id not in self.running and (at_start or self._left(row)):
            self._start(self._direct(row.id), row.id)

    def _left(self, row: InboxRow) -> bool:
        return self.clock.now() - (row.started_at or row.received_at) > LEFT_AFTER

    def _start(self, job: Coroutine[Any, Any, None], row_id: str) -> None:
        task: asyncio.Task[None] = asyncio.create_task(job)
        self.tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, row_id))

    def _ended(self, task: asyncio.Task[None], row_id: str) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, StoreUnavailable | SlackAwayError):
            log.warning("work_put_off", request=row_id, reason=str(error))
        else:
            log.error("work_failed", request=row_id, error=type(error).__name__, exc_info=error)

    async def _direct(self, row_id: str, fresh: Admitted | None = None) -> None:
        if row_id in self.running:
            return
        self.running.add(row_id)
        try:
            async with self.limit:
                work = fresh or await self._again(row_id)
                if work is not None:
                    await self._run(work)
        finally:
            self.running.discard(row_id)

    async def _again(self, row_id: str) -> Admitted | None:
        """One more try of what a process left behind or could not finish; None when that is enough."""
        row = await self.db.write_whole(lambda tx: self.db.inbox.start(tx, row_id))
        if row is None:
            return None
        if row.attempts > MAX_ATTEMPTS:
            await self._finish(row_id, "dead", "gave up after three tries")
            return None
        return await self.intake.again(row)

    async def _run(self, work: Admitted) -> None:
        if not work.served or work.place.shared_externally:
            await self.turns.refuse(work)
            return
        await self.at_once[work.delivery.kind](work)
        await self._finish(work.row_id, "done")

    async def _finish(self, row_id: str, state: str, note: str = "") -> None:
        await self.db.write_whole(lambda tx: self.db.inbox.finish(tx, row_id, state, note))

    async def drain(self, seconds: float) -> None:
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        for task in set(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

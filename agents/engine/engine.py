"""Durable work: a message turn once per inbox row, a change once per plan, the tick.

What was under way when a process died runs again in the next one; work must therefore be safe to enter twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import structlog
from dbos import DBOS, SetWorkflowID

from agents.engine import runtime
from agents.engine.guard import Guard, Work
from agents.engine.lock import EngineBusy, lock_of
from agents.outlive import outlived
from storage.clock import Clock
from storage.errors import StoreUnavailable
from storage.ids import new_id

DRAIN_S = 20.0
TICK_S = 60.0
TIMER_S = 1.0
RECOVER_S = 10.0
KEPT_DAYS = 7
PURGE_AT_ONCE = 500
UNDER_WAY = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
NextExpiry = Callable[[], Awaitable[float | None]]
Living = Callable[[], Awaitable[frozenset[str]]]
log = structlog.get_logger("agents.engine")


class Engine:
    """One a process: DBOS is a process-wide thing. `url` is the engine's own database, e.g. `sqlite:///var/engine.db`.

    `worker` is the name of this process, `living` tells those of all that work on the database; without it, we are alone.
    """

    def __init__(self, url: str, clock: Clock, worker: str = "", living: Living | None = None) -> None:
        self._url = url
        self._clock = clock
        self.worker = worker or new_id("w_")
        self._living = living
        self._lock = lock_of(url)
        self._changes: Guard | None = None
        self._turns: Guard | None = None
        self._started: set[str] = set()
        self._timer: asyncio.Task[None] | None = None
        self._workflows: runtime.Workflows | None = None
        self._store = runtime.opened(url)

    async def start(
        self,
        on_turn: Work,
        on_change: Work,
        on_tick: Callable[[], Awaitable[None]],
        next_expiry: NextExpiry | None = None,
    ) -> None:
        """Take up what a dead process left, then take new work. Raises EngineBusy when one runs already."""
        await asyncio.to_thread(self._lock.take)
        self._turns, self._changes = Guard("turn", on_turn), Guard("change", on_change)
        runtime.configure(self._url, self.worker, self._store)
        self._workflows = runtime.register(self._turns.run, self._changes.run)
        runtime.launch()
        await self.recover()
        self._timer = asyncio.create_task(self._tick(on_tick, next_expiry), name="engine tick")

    async def recover(self) -> None:
        """Work of processes that are gone. Again and again: who did this may have died in the middle of it."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        # Asked afterwards: whoever has work by then and is alive is among them.
        living = await self._living() if self._living is not None else frozenset[str]()
        dead = sorted({w.executor_id for w in pending if w.executor_id} - living - {self.worker})
        if dead:
            # The public resume is not fenced against a second recovery; this one is. Held by a contract test.
            await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001
            log.info("engine_recovered", workflows=len(pending))

    async def start_turn(self, inbox_id: str) -> None:
        """Idempotent: an inbox id runs once, now. Whoever calls keeps the messages of a thread in their order."""
        workflows = self._running()
        with SetWorkflowID(inbox_id):
            await DBOS.start_workflow_async(workflows.turn, inbox_id)

    async def start_change(self, plan_id: str) -> None:
        """Run the plan now, on this process. Nothing happens while a run of it is under way; a later call runs again."""
        workflows = self._running()
        if plan_id in self._started:
            return
        self._started.add(plan_id)
        try:
            workflow_id = await self._free_id(plan_id)
            if workflow_id:
                with SetWorkflowID(workflow_id):
                    await DBOS.start_workflow_async(workflows.change, plan_id)
        finally:
            self._started.discard(plan_id)

    async def _free_id(self, plan_id: str) -> str:
        """`act:<plan id>`, numbered when earlier runs ended without settling the plan; empty while one is under way."""
        if self._changes is not None and plan_id in self._changes.running:
            return ""
        for attempt in range(1, 1000):
            workflow_id = f"act:{plan_id}" + (f":{attempt}" if attempt > 1 else "")
            status = await DBOS.get_workflow_status_async(workflow_id)
            if status is None:
                return workflow_id
            if status.status in UNDER_WAY:
                return ""
        return ""

    def _running(self) -> runtime.Workflows:
        if self._workflows is None:
            raise StoreUnavailable("the workflow engine is not running")
        return self._workflows

    # time

    async def _tick(self, on_tick: Callable[[], Awaitable[None]], next_expiry: NextExpiry | None) -> None:
        loop = asyncio.get_running_loop()
        last_tick = last_purge = last_look = loop.time()
        await self._quietly(on_tick)
        while True:
            await asyncio.sleep(TIMER_S)
            now = loop.time()
            if now - last_tick >= TICK_S or await self._due(next_expiry):
                last_tick = now
                await self._quietly(on_tick)
            if self._living is not None and now - last_look >= RECOVER_S:
                last_look = now
                await self._quietly(self._recover_later)
            if now - last_purge >= 3600:
                last_purge = now
                await self._quietly(self._purge)

    async def _due(self, next_expiry: NextExpiry | None) -> bool:
        if next_expiry is None:
            return False
        try:
            left = await next_expiry()
        except StoreUnavailable:
            return False
        return left is not None and left <= 0

    async def _quietly(self, work: Callable[[], Awaitable[None]]) -> None:
        if (error := await outlived(work)) is not None:
            log.error("tick_failed", error=type(error).__name__, exc_info=error)

    async def _recover_later(self) -> None:
        with suppress(StoreUnavailable):
            await self.recover()

    async def _purge(self) -> None:
        """Finished workflows hold only ids, yet a table must not grow for ever."""
        before = (self._clock.now() - timedelta(days=KEPT_DAYS)).isoformat()
        old = await DBOS.list_workflows_async(
            status="SUCCESS", end_time=before, limit=PURGE_AT_ONCE, load_input=False, load_output=False
        )
        if old:
            await DBOS.delete_workflows_async([w.workflow_id for w in old])

    # end

    async def stop(self, drain_s: float = DRAIN_S) -> None:
        """Take no more work, let what runs finish for `drain_s`; the rest is taken up at the next start."""
        if self._workflows is None:
            return
        self._workflows = None
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.wait({self._timer})
        guards = [guard for guard in (self._turns, self._changes) if guard is not None]
        await asyncio.gather(*(guard.drain(drain_s) for guard in guards))
        await asyncio.sleep(0.05)  # finished work writes its last row
        self._store.give_up()
        await self._destroy(guards)
        await asyncio.to_thread(self._lock.release)

    async def _destroy(self, guards: list[Guard]) -> None:
        # DBOS made its thread pool the loop's default and closes it: whoever shuts down after us needs one that works.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4, "after-engine"))
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        self._store.close()
        left = {carrier for guard in guards for carrier in guard.carriers if not carrier.done()}
        for carrier in left:
            carrier.cancel()
        if left:
            await asyncio.wait(left, timeout=5.0)


__all__ = ["Engine", "EngineBusy"]

"""The later stages of a start: the workflow engine and the agent stack, imported while commands are answered already,
then what the first question about Oracle Cloud would wait for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.core import CannotStart, Core
from bot.settings import Settings
from storage.urls import engine_url

if TYPE_CHECKING:
    from agents.conversation import Conversation
    from agents.engine import Engine
    from bot.background import Background
    from bot.wiring import Wired


@dataclass
class Agents:
    core: Core
    settings: Settings
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _engine: Engine | None = None

    def begin(self, wired: Wired, background: Background, after: float) -> None:
        self._task = asyncio.create_task(self._open(wired, background, after), name="agents")

    @property
    def task(self) -> asyncio.Task[None]:
        if self._task is None:
            raise RuntimeError("not begun")
        return self._task

    async def conversation(self) -> Conversation:
        """Waits until it is there."""
        return await self.core.open_agent()

    async def _open(self, wired: Wired, background: Background, after: float) -> None:
        await asyncio.sleep(after)
        engine_type = await asyncio.to_thread(_import)
        try:
            await self.core.open_agent()
        except ValueError as error:
            raise CannotStart(str(error)) from error
        changes, lease = self.core.changes, self.core.lease
        url, living = engine_url(self.settings.database_url), lease.everybody if self.core.db.shared else None
        engine = engine_type(url, self.core.clock, lease.worker, living)
        self.core.relays.starter.to = engine
        await engine.start(wired.work.turn, changes.execute, background.tick, changes.next_expiry_s)
        self._engine = engine
        taken = await lease.take()
        await wired.work.take_over(engine, taken.rows)
        await background.take_over()
        lease.watch(background.found)
        self.opened.set()
        await self.core.clients.prepare()

    async def recover(self) -> None:
        """Take up the engine's work of processes that are gone. Raises StoreUnavailable."""
        if self._engine is not None:
            await self._engine.recover()

    async def stop(self, seconds: float) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._engine is not None:
            await self._engine.stop(seconds)

    async def engine_state(self) -> str:
        return "ok" if self._engine is not None else self._why("starting")

    async def agent_state(self) -> str:
        return "ok" if self.opened.is_set() else self._why("starting")

    def _why(self, otherwise: str) -> str:
        task = self._task
        if task is not None and task.done() and not task.cancelled() and task.exception() is not None:
            return f"did not start: {type(task.exception()).__name__}"
        return otherwise


def _import() -> Any:
    from agents.engine import Engine

    return Engine

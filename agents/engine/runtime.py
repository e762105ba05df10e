"""DBOS set up for one process, with everything that would talk to others switched off."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbos import DBOS, DBOSConfig

from storage.engine_file import EngineFile
from storage.urls import is_postgresql, libpq

if TYPE_CHECKING:
    from storage.engine_database import EngineDatabase

NAME = "cloudops"
VERSION = "1"  # fixed: a new release takes up what an older one left; workflows are versioned by name
THREADS = 32  # DBOS makes this pool the loop's default: everybody's asyncio.to_thread runs in it

Work = Callable[[str], Awaitable[None]]
Workflow = Callable[[str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Workflows:
    turn: Workflow
    change: Workflow


def opened(url: str) -> EngineFile | EngineDatabase:
    """`url` is for a synchronous driver."""
    if not is_postgresql(url):
        return EngineFile(url)
    from storage.engine_database import EngineDatabase

    return EngineDatabase(url)


def configure(url: str, executor: str, own: EngineFile | EngineDatabase) -> None:
    """No telemetry, no console, no conductor. Tables are made here on SQLite only."""
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "system_database_engine": own.engine,
        "run_migrations": not is_postgresql(url),
        "application_version": VERSION,
        "executor_id": executor,
        "enable_otlp": False,
        "log_level": "ERROR",
        "max_executor_threads": THREADS,
        "scheduler_polling_interval_sec": 3600.0,
    }
    DBOS(config=config)
    logging.getLogger("dbos").setLevel(logging.ERROR)


def upgrade(url: str, role: str) -> None:
    """Blocking, as the owner: the engine's own tables in a schema of their own, and what `role` may do with them."""
    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS.migrate(libpq(url), application_role=role or None)


def register(on_turn: Work, on_change: Work) -> Workflows:
    """Inputs are ids and results are nothing: the engine's tables hold no content, and no error texts either."""

    @DBOS.workflow(name="turn_v1")
    async def turn(inbox_id: str) -> None:
        await on_turn(inbox_id)

    @DBOS.workflow(name="change_v1")
    async def change(plan_id: str) -> None:
        await on_change(plan_id)

    return Workflows(turn, change)


def launch() -> None:
    """Must run on the loop that the work belongs to. Migrations block for a moment at start."""
    DBOS.launch()

"""DBOS set up for one process, with everything that would talk to others switched off."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from dbos import DBOS, DBOSConfig

from storage import engine_file

NAME = "cloudops"
VERSION = "1"  # fixed: a new release takes up what an older one left; workflows are versioned by name
THREADS = 32  # DBOS makes this pool the loop's default: everybody's asyncio.to_thread runs in it

Work = Callable[[str], Awaitable[None]]
Workflow = Callable[[str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Workflows:
    turn: Workflow
    change: Workflow


def configure(url: str, executor: str) -> Callable[[], None]:
    """`url` is for a synchronous driver. No telemetry, no console, no conductor. The answer closes what was opened."""
    own = engine_file.engine(url) if url.startswith("sqlite") else None
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "system_database_engine": own,
        "application_version": VERSION,
        "executor_id": executor,
        "enable_otlp": False,
        "log_level": "ERROR",
        "max_executor_threads": THREADS,
        "scheduler_polling_interval_sec": 3600.0,
    }
    DBOS(config=config)
    logging.getLogger("dbos").setLevel(logging.ERROR)
    return own.dispose if own is not None else lambda: None


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

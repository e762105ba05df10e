"""Running an approved plan from the command line: by this process where no bot could, else by the bot that is there."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from bot.cli.command import CannotRun, say
from bot.core import data_folder
from bot.folder import FolderLock

if TYPE_CHECKING:
    from agents.changes.requests import PlanView
    from bot.core import Core

LOOK_S = 0.5
OPEN = frozenset({"pending", "approved", "executing", "verifying"})


async def executed(core: Core, plan_id: str, seconds: float) -> PlanView:
    """The plan when it has ended, or as it is after `seconds`. Raises CannotRun."""
    if core.db.shared:
        await _among_others(core, plan_id)
    elif not await _alone(core, plan_id):
        say("a bot works here; it begins the plan", aside=True)
    return await _followed(core, plan_id, seconds)


async def _among_others(core: Core, plan_id: str) -> None:
    """On PostgreSQL this process gives signs of life like any other: when it dies, another goes on."""
    await core.lease.begin()
    try:
        await core.changes.execute(plan_id)
    finally:
        await core.lease.end()


async def _alone(core: Core, plan_id: str) -> bool:
    """On SQLite one process does the work, and the lock of its folder says which. False: a bot has it.

    Without it the two would take each other for dead.
    """
    lock = FolderLock(data_folder(core.settings))
    try:
        if not lock.take():
            return False
    except OSError as error:
        raise CannotRun(
            f"DATABASE_URL: its folder cannot be used: {error.strerror}. Nothing was changed."
        ) from error
    try:
        await core.changes.execute(plan_id)
    finally:
        lock.release()
    return True


async def _followed(core: Core, plan_id: str, seconds: float) -> PlanView:
    until = time.monotonic() + seconds
    while True:
        view = await core.changes.view(plan_id)
        if view is None:
            raise CannotRun(f"there is no plan {plan_id!r}")
        if view.state not in OPEN or time.monotonic() >= until:
            return view
        await asyncio.sleep(LOOK_S)

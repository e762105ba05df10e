"""A process of its own that runs one change on the real engine, and may be told to die at a named point.

`python -m tests.chaos.victim begin|recover FOLDER BACKEND_URL POINT`
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from agents.engine import Engine
from storage.clock import SystemClock
from tests.chaos.world import World, open_world


def dies_at(point: str):
    def passing(name: str, plan_id: str) -> None:
        del plan_id
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return passing


async def opened(root: Path, url: str, point: str) -> tuple[World, Engine]:
    world = await open_world(root, url=url)
    engine = Engine(f"sqlite:///{root}/engine.db", SystemClock())
    world.build(worker=engine.worker, point=dies_at(point))
    world.changes._starter = engine
    world.changes._ticker._starter = engine

    async def on_turn(inbox_id: str) -> None:
        raise AssertionError(inbox_id)

    await engine.start(on_turn, world.changes.execute, world.changes.tick, world.changes.next_expiry_s)
    return world, engine


async def begin(root: Path, url: str, point: str) -> None:
    world, _ = await opened(root, url, point)
    plan = await world.propose()
    (root / "plan").write_text(plan.id)
    await world.click(plan.id)
    await asyncio.sleep(30)
    sys.stdout.write("still alive\n")


async def recover(root: Path, url: str) -> None:
    world, engine = await opened(root, url, "")
    plan_id = (root / "plan").read_text()
    for _ in range(400):
        row = await world.row(plan_id)
        if row.state.value in {"succeeded", "failed", "rolled_back", "rollback_failed", "unknown", "void"}:
            break
        await asyncio.sleep(0.05)
    row = await world.row(plan_id)
    from agents.changes.outcome import outcome_of

    sys.stdout.write(json.dumps({"state": row.state.value, "taken_over": outcome_of(row).taken_over}) + "\n")
    await engine.stop(1.0)
    await world.db.close()


if __name__ == "__main__":
    word, folder, address, at = sys.argv[1:5]
    asyncio.run(begin(Path(folder), address, at) if word == "begin" else recover(Path(folder), address))

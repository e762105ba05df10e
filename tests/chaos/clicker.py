"""A process of its own in which people click, and what is approved runs at once.

`python -m tests.chaos.clicker FOLDER BACKEND_URL DATABASE_URL SEED`, plan ids on its input, one line of counts out.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path

from agents.changes.requests import Click
from agents.redaction import Redactor
from tests.chaos.world import ALICE, BOB, CAROL, DAN, OPS, actor, open_world

PEOPLE = (BOB, DAN, ALICE, CAROL, actor("UNOBODY"))
AT_ONCE = 50


async def main(folder: str, backend: str, database: str, seed: str) -> None:
    world = await open_world(Path(folder), url=backend, database=database, hold_s=0.01, deadline_s=20.0)
    world.build(worker=f"clicker-{seed}", hold_s=0.01, deadline_s=20.0)
    Redactor().clean("compiled before the first click, as the bot does")
    plans = sys.stdin.read().split()
    clicks = [Click(plan, who, OPS, "approve", "", "c") for plan in plans for who in PEOPLE]
    random.Random(seed).shuffle(clicks)
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def press(click: Click) -> str:
        async with turnstile:
            return (await world.changes.decide(click)).kind

    kinds = await asyncio.gather(*map(press, clicks))
    for plan in plans:  # and the engine of each process enters every run
        await world.starter.start_change(plan)
    await world.starter.done()
    sys.stdout.write(json.dumps(Counter(kinds)) + "\n")
    await world.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""How long a stop takes to reach changes that are under way."""

import asyncio

from tests.chaos.world import BOB, OPS, open_world, until

PLANS = 60
ALLOWED_S = 2.0
AT_ONCE = 8  # others wait for their turn, and find the stop there


async def test_a_stop_reaches_every_change_within_two_seconds(tmp_path, record_property):
    world = await open_world(tmp_path)
    loop = asyncio.get_running_loop()
    written: list[float] = []

    async def note(name: str, token: str) -> None:
        del name, token
        written.append(loop.time())
        await asyncio.sleep(0.02)

    world.backend.on_write = note
    world.starter.held = True
    plans = [await world.approved(name=f"web-{n}") for n in range(PLANS)]
    few = asyncio.Semaphore(AT_ONCE)

    async def run(plan):
        async with few:
            await world.changes.execute(plan.id)

    running = [asyncio.create_task(run(plan)) for plan in plans]
    await until(lambda: len(written) >= 5)
    await world.changes.stop_all(BOB, OPS, "smoke")
    stopped = loop.time()
    await asyncio.gather(*running)
    late = max(written) - stopped
    record_property(
        "figure", f"last write {late * 1000:.0f} ms after the stop, {len(written)} of {PLANS} changes written"
    )
    states = [await world.state(plan.id) for plan in plans]
    assert late <= ALLOWED_S
    assert len(written) == states.count("succeeded") < PLANS
    assert set(states) <= {"succeeded", "void", "approved"}
    await world.close()

"""People click in two processes at once: as many executions as plans, whatever database lies beneath."""

import asyncio
import json
import sys
import time
from collections import Counter

import pytest

from tests.chaos.world import open_world


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/app.db"
        return
    server = request.getfixturevalue("postgres")
    name = server.ready()
    yield server.url(name)
    server.give_back(name)


async def clicker(root, folder, backend, seed, plans, *, database):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.clicker", str(folder), backend, database, seed,
        cwd=root, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(" ".join(plans).encode())
    assert process.returncode == 0
    return Counter(json.loads(out))


@pytest.mark.timeout(600)
async def test_a3_clicks_in_two_processes_run_each_plan_once(tmp_path, root, database, request):
    """2,000 clicks on 200 plans in full."""
    count = 200 if request.config.getoption("--full") else 15
    world = await open_world(tmp_path, database=database, hold_s=0.01, deadline_s=20.0)
    plans = [(await world.propose(name=f"n-{n}")).id for n in range(count)]
    begun = time.perf_counter()
    kinds = sum(
        await asyncio.gather(
            *(clicker(root, tmp_path, world.backend.url, seed, plans, database=database) for seed in "12")
        ),
        Counter(),
    )
    tokens = [token for _, _, token in world.backend.writes]
    sys.stdout.write(f"{kinds} {len(tokens)} executions, {time.perf_counter() - begun:.1f} s")  # with -s
    assert kinds["quorum"] == count
    assert sum(kinds.values()) == count * 10
    assert kinds["later"] == 0
    assert len(tokens) == len(set(tokens)) == count
    for plan in plans:
        assert await world.state(plan) == "succeeded"
        assert (await world.audit(plan)).count("plan.executing") == 1
    assert (await world.db.verify()).ok
    await world.close()

"""The database gone under two bots at once: neither takes the other for dead, nothing is lost, nothing is said twice."""

import asyncio
import time

import aiohttp
import pytest

from sandbox.faults.trouble import CLEAN, GONE
from sandbox.slack.core.timing import Timing
from tests.journeys.bad_line import bad_line
from tests.journeys.bot_house import BOT, house
from tests.journeys.bot_pair import NAMES, pair
from tests.journeys.test_bot_process import free_port

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
PATIENT = Timing(ack=1.0, retries=(0.0, *map(float, range(1, 40))))
LEASE_AND_MORE_S = 10.0
BACK_S = 10.0
DEAD = "SELECT id FROM workers WHERE gone_at IS NOT NULL"


@pytest.fixture
async def two(postgres, tmp_path):
    database = postgres.complete()
    with bad_line(postgres.port) as line:
        url = postgres.url(database).replace(f":{postgres.port}/", f":{line.port}/")
        ports = {name: free_port() for name in NAMES}
        async with house(tmp_path, timing=PATIENT) as place, pair(place, url, ports) as found:
            found.line = line
            yield found
    postgres.give_back(database)


async def ready(two, wanted, seconds):
    """Seconds until both say so of themselves."""
    begun = time.perf_counter()
    async with aiohttp.ClientSession() as http:
        while True:
            said = []
            for port in two.ports.values():
                async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    said.append(answer.status)
            if said == [wanted, wanted]:
                return time.perf_counter() - begun
            assert time.perf_counter() - begun < seconds, said
            await asyncio.sleep(0.1)


async def test_both_wait_for_the_database_and_go_on(two, request, record_property):
    away_s = 30.0 if request.config.getoption("--full") else LEASE_AND_MORE_S
    people = ("UALICE", "UBOB", "UCAROL", "UDAN")
    two.place.cluster.faults.add({"path": "/namespaces/shop/", "delay_ms": 1_000, "times": 40})
    threads = [
        await two.place.slack.say(one, "COPS", f"{BOT} what is wrong with checkout?") for one in people
    ]
    await asyncio.sleep(0.6)  # acknowledged, and being worked on
    await two.line.be(GONE)
    await ready(two, 503, BACK_S)
    threads += [await two.place.slack.say(one, "COPS", f"{BOT} what is unhealthy?") for one in people]
    await asyncio.sleep(away_s)
    two.place.cluster.faults.clear()
    await two.line.be(CLEAN)
    back = await ready(two, 200, BACK_S)
    for thread in threads:
        await two.place.slack.wait_reply("COPS", thread, 60)
    await asyncio.sleep(0.5)
    assert [len(two.place.slack.replies("COPS", thread)) for thread in threads] == [1] * 8
    assert [two.bots[name].child.returncode for name in NAMES] == [None, None]
    assert two.rows(DEAD) == []
    assert await two.audit_is_whole()
    record_property(
        "figure",
        f"two bots, database away {away_s:.0f} s: both ready {back:.1f} s after its return, 8 of 8 once",
    )

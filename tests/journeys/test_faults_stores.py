"""Database and Redis slow, silent, gone and back, behind a bad network: nothing acknowledged is lost, nobody is failed."""

import asyncio
import json
import time

import aiohttp
import pytest
import pytest_asyncio

from sandbox.faults.trouble import CLEAN, GONE, SILENT, Trouble
from sandbox.slack.core.timing import Timing
from tests.journeys.bad_line import bad_line
from tests.journeys.bot_house import BOT, house

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.servers, pytest.mark.timeout(180)]
PATIENT = Timing(ack=1.0, retries=(0.0, *range(1, 40)))
BACK_S = 10.0
SLOW = Trouble(delay_s=0.25)  # 500 ms for there and back
SLOWISH = Trouble(delay_s=0.05)  # where time counts: an answer goes there some twenty times
QUESTION = "what is wrong with checkout?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(postgres, redis, tmp_path_factory):
    root, away = tmp_path_factory.mktemp("house"), redis.new()
    database = postgres.complete()
    with bad_line(postgres.port) as line, bad_line(redis.port) as cache:
        where = {
            "database_url": postgres.url(database).replace(f":{postgres.port}/", f":{line.port}/"),
            "redis_url": away.replace(f":{redis.port}/", f":{cache.port}/"),
            "data_dir": root,
        }
        async with house(root, timing=PATIENT) as found, found.open(**where):
            found.line, found.cache = line, cache
            yield found
    postgres.give_back(database)


@pytest.fixture
def away_s(request):
    return 30.0 if request.config.getoption("--full") else 10.0


async def look(place, path: str = "/healthz") -> tuple[int, dict]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{place.bot.web.port}{path}") as answer,
    ):
        return answer.status, json.loads(await answer.text())


async def until_healthy(place) -> float:
    begun = time.perf_counter()
    while (now := (await look(place))[1])["status"] != "ok":
        assert time.perf_counter() - begun < BACK_S, now
        await asyncio.sleep(0.1)
    return time.perf_counter() - begun


async def answered_once(place, threads: list[str], seconds: float = 40) -> None:
    for thread in threads:
        await place.slack.wait_reply("COPS", thread, seconds)
    await asyncio.sleep(0.5)
    assert [len(place.slack.replies("COPS", thread)) for thread in threads] == [1] * len(threads)


async def say(place, count: int = 4) -> list[str]:
    people = ("UALICE", "UBOB", "UCAROL", "UDAN")
    return [await place.slack.say(people[n % 4], "COPS", f"{BOT} {QUESTION}") for n in range(count)]


async def test_a_slow_database_makes_answers_slow_and_nothing_else(place, request, record_property):
    await place.line.be(SLOW if request.config.getoption("--full") else SLOWISH)
    begun = time.perf_counter()
    assert "checkout" in (await place.ask(QUESTION))["text"].lower()
    record_property("figure", f"an answer over a slow database after {time.perf_counter() - begun:.1f} s")
    await place.line.be(CLEAN)
    await until_healthy(place)


async def test_a_database_that_is_gone_loses_no_message_and_is_healthy_soon_after_its_return(
    place, away_s, record_property
):
    place.cluster.faults.add({"path": "/namespaces/shop/", "delay_ms": 1_000, "times": 40})
    taken = await say(place)
    await asyncio.sleep(0.6)  # acknowledged, and being worked on
    await place.line.be(GONE)
    begun = time.perf_counter()
    status, now = await look(place, "/readyz")
    assert (status, now["status"]) == (503, "down")
    assert "cannot record anything" in str(
        await place.slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text="help")
    )
    taken += await say(place)  # nobody acknowledges these: Slack sends them again
    await asyncio.sleep(max(0.0, away_s - (time.perf_counter() - begun)))
    place.cluster.faults.clear()
    await place.line.be(CLEAN)
    back = await until_healthy(place)
    assert back < BACK_S
    await answered_once(place, taken)
    assert (await place.bot.core.db.verify()).ok
    record_property(
        "figure",
        f"database away {away_s:.0f} s: healthy {back:.1f} s after its return, 8 of 8 messages answered once",
    )


@pytest.mark.parametrize("trouble", [GONE, SILENT, SLOW], ids=["gone", "silent", "slow"])
async def test_redis_in_trouble_fails_nobody_and_is_back_soon(place, trouble):
    await place.cache.be(trouble)
    begun = time.perf_counter()
    await answered_once(place, await say(place), 20)
    assert time.perf_counter() - begun < 10
    await place.cache.be(CLEAN)
    assert await until_healthy(place) < BACK_S

"""Redis gone, frozen, emptied, refusing or full of strange things: nobody is failed, and nobody is served what is untrue."""

import asyncio
import time

import pytest
from redis.asyncio import Redis as Client

from agents.gate.kept import RESULTS
from storage.cache import CacheKey
from storage.quick import open_quick
from storage.shared.shelf import EPOCH, name_of
from tests.servers.redis import opened
from tools.spec import Chart, Evidence, Result, Scope, Series, Table

pytestmark = pytest.mark.servers
KEY = CacheKey("T1", "k8s_usage", "scope", "args")
AWAY = "Redis is away: cache, limits and locks are kept in this process"


@pytest.fixture(scope="module")
def fragile():
    server = opened()
    yield server
    server.remove()


@pytest.fixture
async def quick(fragile):
    if fragile._server is None:
        fragile.start()
    quick = open_quick(fragile.new())
    yield quick
    await quick.close()


@pytest.fixture
async def other(fragile, quick):
    other = open_quick(fragile.url(fragile._databases))
    yield other
    await other.close()


async def value(text="value"):
    return text


async def until_back(quick):
    begun = time.perf_counter()
    while await quick.state() != "ok":
        assert time.perf_counter() - begun < 10, "not healthy within 10 s"
        await asyncio.sleep(0.05)
    return time.perf_counter() - begun


async def test_redis_killed_under_load_fails_nobody_and_is_back_soon_after_its_return(fragile, quick):
    stop, took, errors = asyncio.Event(), [], []

    async def ask(n):
        count = 0
        while not stop.is_set():
            begun = time.perf_counter()
            count += 1
            try:
                key = KEY._replace(args=f"{n}:{count % 5}")
                assert await quick.cache.get_or(key, 5, value) == "value"
                await quick.limits.take("x", 10**6, 1)
                await quick.locks.release("l", await quick.locks.take(f"l{n}", 1))
                await quick.cache.forget("T1", place=str(n))
            except Exception as error:  # noqa: BLE001 - counted
                errors.append(error)
            took.append(time.perf_counter() - begun)
            await asyncio.sleep(0.002)

    asking = [asyncio.create_task(ask(n)) for n in range(8)]
    try:
        await asyncio.sleep(0.5)
        fragile.stop()
        await asyncio.sleep(1.0)
        assert await quick.state() == AWAY
        fragile.start()
        back = await until_back(quick)
        await asyncio.sleep(0.3)
    finally:
        stop.set()
        await asyncio.gather(*asking)
    assert errors == []
    assert back < 5
    assert max(took) < 3


async def test_a_frozen_redis_costs_one_wait_and_then_none(fragile, quick):
    await quick.cache.get_or(KEY, 60, value)
    fragile.freeze()
    try:
        begun = time.perf_counter()
        assert await quick.cache.get_or(KEY, 60, value) == "value"
        first = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(20):
            assert await quick.cache.get_or(KEY, 60, value) == "value"
        assert first < 3
        assert time.perf_counter() - begun < 0.3
    finally:
        fragile.thaw()
    await until_back(quick)


async def test_what_we_changed_while_redis_was_away_is_forgotten_before_it_is_asked_again(
    fragile, quick, other
):
    await other.cache.put(KEY, "old", 60)
    fragile.freeze()
    await quick.cache.get(KEY)
    assert await quick.state() == AWAY
    await quick.cache.forget("T1")
    fragile.thaw()
    await until_back(quick)
    await until_back(other)
    assert await quick.cache.get(KEY) is None
    assert await other.cache.get(KEY) is None


async def test_what_was_kept_here_while_redis_was_away_is_not_served_in_its_next_absence(
    fragile, quick, other
):
    fragile.freeze()
    await quick.cache.get(KEY)
    await quick.cache.get_or(KEY, 60, lambda: value("of then"))
    fragile.thaw()
    await until_back(quick)
    await until_back(other)
    await other.cache.forget("T1")
    fragile.freeze()
    try:
        assert await quick.cache.get_or(KEY, 60, lambda: value("of now")) == "of now"
    finally:
        fragile.thaw()


async def test_a_redis_that_lost_everything_in_the_middle_of_a_read_serves_nothing_of_before(fragile, quick):
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow():
        begun.set()
        await go.wait()
        return "of before"

    reading = asyncio.create_task(quick.cache.get_or(KEY, 60, slow))
    await begun.wait()
    await quick.cache.forget("T1")
    client = Client.from_url(fragile.url(fragile._databases))
    await client.flushdb()
    go.set()
    assert await reading == "of before"
    assert await quick.cache.get(KEY) is None
    await client.aclose()


@pytest.mark.parametrize("body", [b"", b"\n\n\n\n", b"garbage", b"\xff\xfe", b"[]"])
async def test_strange_things_in_its_place_count_as_nothing(fragile, quick, body):
    await quick.cache.get_or(KEY, 60, value)
    client = Client.from_url(fragile.url(fragile._databases))
    marks = (await client.get(name_of(KEY))).rpartition(b"\n")[0]
    for strange in (body, marks + b"\n" + body):
        await client.set(name_of(KEY), strange)
        found = await quick.cache.get(KEY, RESULTS)
        assert found is None
    assert await client.get(EPOCH) is not None
    await client.aclose()


async def test_keys_live_no_longer_than_their_values_and_say_their_family(fragile, quick):
    await quick.cache.get_or(KEY._replace(kind="cost"), 3600, value)
    client = Client.from_url(fragile.url(fragile._databases))
    (name,) = [name async for name in client.scan_iter("cloudops:cache:*")]
    assert name.startswith(b"cloudops:cache:T1:cost:")
    assert 3590 < await client.ttl(name) <= 3600
    await client.aclose()


async def test_limits_are_stricter_while_each_process_counts_alone(fragile, quick):
    fragile.freeze()
    try:
        await quick.cache.get(KEY)
        allowed = [await quick.limits.take("alice", 10, 3600) == 0 for _ in range(10)]
    finally:
        fragile.thaw()
    assert sum(allowed) == 5
    await until_back(quick)


async def test_a_redis_that_is_not_there_at_the_start_is_no_reason_not_to_start(fragile):
    quick = open_quick("redis://127.0.0.1:1/0")
    assert await quick.cache.get_or(KEY, 60, value) == "value"
    assert await quick.cache.get_or(KEY, 60, lambda: value("other")) == "value"
    assert await quick.state() == AWAY
    await quick.close()


async def test_a_result_comes_back_as_it_was(quick):
    result = Result(
        data={"pods": [{"name": "a", "restarts": 3, "share": 0.5, "none": None}]}, digest="1 pod é",
        scope=Scope(cluster="local", namespace="shop"), evidence=(Evidence("k8s:x", "l", "v", untrusted=True),),
        ruled_out=("a",), could_not_see=("b",), charts=(Chart("t", "line", "%", ("1",), (Series("s", (1.5,)),)),),
        tables=(Table("c", ("x",), (("1",),)),), raw="raw", untrusted=True, inventory=("web",),
    )  # fmt: skip

    async def load():
        return result

    await quick.cache.get_or(KEY, 60, load, RESULTS)
    found = await quick.cache.get(KEY, RESULTS)
    assert found == result
    assert found is not result

"""The cache: one load for many who ask, nothing kept too long, nothing served to others, nothing kept over a change."""

import asyncio

import pytest

from storage.cache import Cache, CacheKey


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Load:
    def __init__(self, wait=0.0):
        self.calls, self.wait, self.error = 0, wait, None

    async def __call__(self):
        self.calls += 1
        await asyncio.sleep(self.wait)
        if self.error is not None:
            raise self.error
        return f"value {self.calls}"


def key(scope="s", kind="k8s_usage", workspace="T1", place="", args="a"):
    return CacheKey(workspace=workspace, kind=kind, scope=scope, args=args, place=place)


@pytest.fixture
def time():
    return Seconds()


@pytest.fixture
def cache(time):
    return Cache(now=time, max_entries=3)


async def test_a_value_is_loaded_once_while_it_lives(cache, time):
    load = Load()
    assert await cache.get_or(key(), 60, load) == "value 1"
    time.now = 59.9
    assert await cache.get_or(key(), 60, load) == "value 1"
    time.now = 60.0
    assert await cache.get_or(key(), 60, load) == "value 2"


@pytest.mark.parametrize(
    "other", [{"scope": "t"}, {"workspace": "T2"}, {"kind": "x"}, {"args": "b"}, {"place": "east"}]
)
async def test_nobody_is_served_what_was_read_for_another(cache, other):
    load = Load()
    await cache.get_or(key(), 60, load)
    await cache.get_or(key(**other), 60, load)
    assert load.calls == 2


async def test_many_who_ask_at_once_wait_for_one_load(cache):
    load = Load(wait=0.02)
    values = await asyncio.gather(*(cache.get_or(key(), 60, load) for _ in range(50)))
    assert (set(values), load.calls) == ({"value 1"}, 1)


async def test_an_error_is_not_kept_and_reaches_only_who_ran_into_it(cache):
    load, good = Load(wait=0.02), Load()
    load.error = ValueError("no")
    first = asyncio.create_task(cache.get_or(key(), 60, load))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.get_or(key(), 60, good))
    with pytest.raises(ValueError, match="no"):
        await first
    assert await second == "value 1"


async def test_whoever_loads_may_be_cancelled(cache):
    slow = asyncio.create_task(cache.get_or(key(), 60, Load(wait=60)))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(cache.get_or(key(), 60, Load()))
    await asyncio.sleep(0)
    slow.cancel()
    assert await asyncio.wait_for(waiting, 1) == "value 1"


async def test_the_entry_used_longest_ago_goes_first(cache):
    for n in range(3):
        cache.put(key(args=str(n)), n, 60)
    assert cache.get(key(args="0")) == 0
    cache.put(key(args="3"), 3, 60)
    assert [cache.get(key(args=str(n))) for n in range(4)] == [0, None, 2, 3]


async def test_a_change_of_ours_forgets_what_it_touches(cache):
    cache.put(key(place="east"), 1, 60)
    cache.put(key(place="west"), 2, 60)
    cache.put(key(place="east", workspace="T2"), 3, 60)
    assert cache.forget("T1", place="east") == 1
    assert [cache.get(key(place="west")), cache.get(key(place="east"))] == [2, None]
    assert cache.forget("T1", kind="other") == 0
    assert cache.forget("T1") == 1


async def test_what_was_being_read_while_we_changed_it_is_not_kept(cache):
    load = Load(wait=0.02)
    reading = asyncio.create_task(cache.get_or(key(), 60, load))
    await asyncio.sleep(0)
    cache.forget("T1")
    assert await reading == "value 1"
    assert cache.get(key()) is None

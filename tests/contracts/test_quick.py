"""Cache, limits and locks: the same in this process and in Redis."""

import asyncio

import pytest

from storage.cache import LIFETIMES_S, Cache, CacheKey
from storage.limits import LimitsHere
from storage.locks import LocksHere, held
from storage.quick import open_quick
from storage.shelves import Here

KINDS = ["memory", "redis"]


@pytest.fixture(params=KINDS)
async def both(request):
    """Two processes' views: of one store in Redis, of one and the same thing in memory."""
    if request.param == "memory":
        quick = open_quick()
        yield quick, quick
        return
    url = request.getfixturevalue("redis").new()
    first, second = open_quick(url), open_quick(url)
    yield first, second
    await first.close()
    await second.close()


@pytest.fixture
def cache(both):
    return both[0].cache


class Load:
    def __init__(self, wait=0.0):
        self.calls, self.wait, self.error = 0, wait, None
        self.begun = asyncio.Event()

    async def __call__(self):
        self.calls += 1
        self.begun.set()
        await asyncio.sleep(self.wait)
        if self.error is not None:
            raise self.error
        return f"value {self.calls}"


def key(scope="s", kind="k8s_usage", workspace="T1", place="", args="a"):
    return CacheKey(workspace=workspace, kind=kind, scope=scope, args=args, place=place)


# cache


async def test_a_value_is_loaded_once_while_it_lives(cache):
    load = Load()
    assert await cache.get_or(key(), 0.3, load) == "value 1"
    assert await cache.get_or(key(), 0.3, load) == "value 1"
    await asyncio.sleep(0.35)
    assert await cache.get_or(key(), 0.3, load) == "value 2"


async def test_what_one_process_read_another_is_served(both):
    load = Load()
    for quick in both:
        assert await quick.cache.get_or(key(), 60, load) == "value 1"


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
    await load.begun.wait()
    second = asyncio.create_task(cache.get_or(key(), 60, good))
    with pytest.raises(ValueError, match="no"):
        await first
    assert await second == "value 1"


async def test_whoever_loads_may_be_cancelled(cache):
    load = Load(wait=60)
    slow = asyncio.create_task(cache.get_or(key(), 60, load))
    await load.begun.wait()
    waiting = asyncio.create_task(cache.get_or(key(), 60, Load()))
    await asyncio.sleep(0)
    slow.cancel()
    assert await asyncio.wait_for(waiting, 1) == "value 1"


async def test_a_change_of_ours_forgets_what_it_touches_in_every_process(both):
    cache, other = (quick.cache for quick in both)
    await cache.put(key(place="east"), 1, 60)
    await cache.put(key(place="west"), 2, 60)
    await cache.put(key(place="east", workspace="T2"), 3, 60)
    await other.forget("T1", place="east")
    assert [await cache.get(key(place="west")), await cache.get(key(place="east"))] == [2, None]
    await other.forget("T1", kind="other")
    assert await cache.get(key(place="west")) == 2
    await other.forget("T1")
    assert await cache.get(key(place="west")) is None
    assert await cache.get(key(place="east", workspace="T2")) == 3


@pytest.mark.parametrize(
    "how", [{}, {"kind": "k8s_usage"}, {"place": "east"}, {"kind": "k8s_usage", "place": "east"}]
)
async def test_what_was_being_read_while_we_changed_it_is_served_to_nobody_after_it(both, how):
    cache, other = (quick.cache for quick in both)
    load = Load(wait=0.05)
    reading = asyncio.create_task(cache.get_or(key(place="east"), 60, load))
    await load.begun.wait()
    await other.forget("T1", **how)
    assert await reading == "value 1"  # it asked before the change
    assert await cache.get(key(place="east")) is None
    assert await other.get_or(key(place="east"), 60, load) == "value 2"


async def test_a_read_that_begins_after_a_change_never_sees_what_was_before_it(both):
    truth, forgotten = [0], [0]

    async def load():
        seen = truth[0]
        await asyncio.sleep(0.001)
        return {"seen": seen}

    async def read(cache):
        for _ in range(100):
            at_least = forgotten[0]
            assert (await cache.get_or(key(), 60, load))["seen"] >= at_least

    async def change(cache):
        for n in range(1, 60):
            await asyncio.sleep(0.002)
            truth[0] = n
            await cache.forget("T1")
            forgotten[0] = n

    first, second = (quick.cache for quick in both)
    await asyncio.gather(read(first), read(second), read(first), change(second))


def test_the_families_and_how_long_they_live_are_as_promised():
    assert LIFETIMES_S == {
        "model_answer": 3600,
        "resource_metric": 300,
        "person": 86400,
        "roles": 60,
        "active_alarms": 600,
        "cost": 3600,
    }


async def test_the_entry_used_longest_ago_goes_first():
    cache = Cache(Here(max_entries=3))
    for n in range(3):
        await cache.put(key(args=str(n)), n + 1, 60)
    assert await cache.get(key(args="0")) == 1
    await cache.put(key(args="3"), 4, 60)
    assert [await cache.get(key(args=str(n))) for n in range(4)] == [1, None, 3, 4]


# limits


async def test_so_many_times_and_then_evenly_again(both):
    limits = both[0].limits
    assert [await limits.take("alice", 3, 0.6) for _ in range(3)] == [0, 0, 0]
    wait = await both[1].limits.take("alice", 3, 0.6)
    assert 0 < wait <= 0.2
    assert await limits.take("bob", 3, 0.6) == 0
    await asyncio.sleep(wait + 0.01)
    assert await limits.take("alice", 3, 0.6) == 0


async def test_many_at_once_are_counted_together(both):
    waits = await asyncio.gather(*(quick.limits.take("x", 10, 3600) for quick in both for _ in range(30)))
    assert sum(wait == 0 for wait in waits) == 10


async def test_what_was_used_up_counts_also_beyond_what_there_was(both):
    first, second = (quick.limits for quick in both)
    assert await first.charge("tokens", 100, 10, 0) == 0
    assert await first.charge("tokens", 100, 10, 60) == 0
    assert 1.9 < await second.charge("tokens", 100, 10, 60) <= 2.0
    assert 1.9 < await first.charge("tokens", 100, 10, 0) <= 2.0
    assert await second.take("tokens", 100, 10) > 0
    assert await second.charge("others", 100, 10, 0) == 0


async def test_a_refused_one_does_not_push_the_next_one_back():
    now = [0.0]
    limits = LimitsHere(now=lambda: now[0])
    assert await limits.take("a", 1, 10) == 0
    for _ in range(50):
        assert await limits.take("a", 1, 10) == 10
    now[0] = 10.0
    assert await limits.take("a", 1, 10) == 0


# locks


async def test_one_has_the_lock_until_it_lets_go(both):
    first, second = (quick.locks for quick in both)
    async with held(first, "home:UALICE", 5) as mine:
        assert mine
        assert await second.take("home:UALICE", 5) == ""
        async with held(second, "home:UBOB", 5) as other:
            assert other
    assert await second.take("home:UALICE", 5) != ""


async def test_a_lock_ends_by_itself_and_whoever_had_it_lets_go_of_nothing(both):
    first, second = (quick.locks for quick in both)
    old = await first.take("x", 0.1)
    await asyncio.sleep(0.15)
    new = await second.take("x", 5)
    assert old
    assert new
    assert not await first.release("x", old)
    assert await first.take("x", 5) == ""
    assert await second.release("x", new)


async def test_of_many_who_ask_one_has_it(both):
    proofs = await asyncio.gather(*(quick.locks.take("x", 5) for quick in both for _ in range(25)))
    assert sum(bool(proof) for proof in proofs) == 1


async def test_locks_that_ended_are_not_kept():
    now = [0.0]
    locks = LocksHere(now=lambda: now[0])
    for n in range(50):
        await locks.take(str(n), 1)
    now[0] = 2.0
    await locks.take("x", 1)
    assert len(locks._held) == 1

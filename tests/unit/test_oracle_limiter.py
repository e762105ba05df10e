"""How often Oracle is asked: learnt from what it refuses, and forgotten while it stays quiet."""

import asyncio

import pytest

from tools.errors import TryLater
from tools.oracle.limiter import FREE, QUIET_S, SLOWEST, Limiter


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def soon() -> float:
    return asyncio.get_running_loop().time() + 0.2


async def test_nobody_waits_before_anything_was_refused(clock):
    limiter = Limiter("Oracle Compute", clock=clock)
    for _ in range(500):
        await limiter.enter(await soon())
    assert limiter.rate == 0


async def test_after_a_refusal_nothing_is_asked_before_its_time_and_the_wait_is_named(clock):
    limiter = Limiter("Oracle Compute", clock=clock)
    limiter.slow_down(30)
    with pytest.raises(TryLater) as seen:
        await limiter.enter(await soon())
    assert seen.value.retry_after == 30
    clock.at += 31
    await limiter.enter(await soon())


async def test_a_refusal_halves_what_was_asked_and_quiet_doubles_it_until_it_is_free(clock):
    limiter = Limiter("Oracle Compute", clock=clock)
    for _ in range(80):
        await limiter.enter(await soon())
    clock.at += 2
    limiter.slow_down(0)
    assert limiter.rate == 20  # 80 calls in 2 s
    rates = []
    for _ in range(4):
        clock.at += QUIET_S + 1
        await limiter.enter(await soon())
        rates.append(limiter.rate)
    assert rates == [40, 80, 0, 0]
    assert FREE == 100


async def test_it_never_stops_altogether_and_never_goes_beyond_what_is_documented(clock):
    limiter = Limiter("Oracle Monitoring", known=10, clock=clock)
    for _ in range(20):
        limiter.slow_down(0)
    assert limiter.rate == SLOWEST
    for _ in range(20):
        clock.at += QUIET_S + 1
        await limiter.enter(await soon())
    assert limiter.rate == 10


async def test_a_documented_rate_spaces_calls_from_the_start(clock):
    limiter = Limiter("Oracle Monitoring", known=10, clock=clock)
    await limiter.enter(await soon())
    with pytest.raises(TryLater) as seen:
        for _ in range(5):
            await limiter.enter(await soon())
    assert 0.15 < seen.value.retry_after < 0.45

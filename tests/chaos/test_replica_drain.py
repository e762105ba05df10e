"""SIGTERM to one of two bots under load: it ends in time, and what it leaves the other does."""

import asyncio
import signal
import time

import pytest

from tests.chaos.pair import opened

pytestmark = [pytest.mark.chaos, pytest.mark.servers, pytest.mark.timeout(600)]
DRAIN_S = 25.0
PEOPLE = ("UALICE", "UBOB", "UDAN")


@pytest.fixture
async def pair(postgres, tmp_path):
    async with opened(postgres, tmp_path) as found:
        yield found


async def test_told_to_stop_under_load_one_of_two_ends_in_time_and_the_other_does_the_rest(
    pair, request, record_property
):
    """40 messages and 3 changes under way, five times as many messages with `--full`."""
    many = 200 if request.config.getoption("--full") else 40
    first, second = await pair.bot(), await pair.bot()
    names = await asyncio.gather(*(pair.propose() for _ in range(3)))
    for n in range(many):
        await pair.ask(user=PEOPLE[n % 3])
    await asyncio.gather(*(pair.approve(name) for name in names))
    open_then = sum(not pair.answered(thread) for thread in pair.threads)
    told = time.monotonic()
    first.send(signal.SIGTERM)
    await asyncio.wait_for(first.dead.wait(), DRAIN_S)
    seconds = first.died_at - told
    assert (first.code, second.dead.is_set()) == (0, False), first.log.read_text()
    assert open_then, "nothing was under way"
    begun = time.monotonic()
    await pair.whole(120)
    after = time.monotonic() - begun
    record_property(
        "figure",
        f"{open_then} messages and 3 changes under way: ended after {seconds:.1f} s, the rest done {after:.0f} s later",
    )

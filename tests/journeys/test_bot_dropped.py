"""Socket Mode connections that break again and again: every message is answered, and answered once."""

import asyncio
import time

import pytest

from sandbox.slack.core.timing import Timing
from tests.journeys.bot_house import BOT, house

pytestmark = pytest.mark.timeout(1800)
EVERY = 50
PEOPLE = ("UALICE", "UBOB", "UCAROL", "UDAN")  # of one, only so many may wait
AGAIN = Timing(retries=(0.0, *map(float, range(1, 30))))


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, timing=AGAIN) as found, found.open():
        yield found


async def dropped(place) -> int:
    """Both connections, reset without a word; how many there were."""
    await place.slack.wait_for(lambda: len(place.slack.workspace.links) or None, 60)
    return (await place.slack.do("disconnect", abrupt=True))["links"]


async def test_with_the_socket_dropped_every_fifty_messages_all_are_answered_once(
    place, request, record_property
):
    """2,000 messages with `--full`, else 200."""
    many = 2_000 if request.config.getoption("--full") else 200
    begun, threads, drops = time.monotonic(), [], 0
    for n in range(many):
        threads.append(await place.slack.say(PEOPLE[n % 4], "COPS", f"{BOT} whoami"))
        if n % EVERY == EVERY // 2:
            drops += await dropped(place) > 0
    await place.slack.wait_for(lambda: all(place.slack.replies("COPS", ts) for ts in threads) or None, 600)
    seconds = time.monotonic() - begun
    await asyncio.sleep(0.5)  # for what must not come
    assert drops == many // EVERY
    assert sum(len(place.slack.replies("COPS", ts)) for ts in threads) == many
    again = sum(row.attempts > 1 for row in place.slack.workspace.courier.rows)
    assert again, "nothing was on its way when the connections broke"
    record_property("figure", f"{many} messages, {drops} drops, {again} delivered again, {seconds:.0f} s")

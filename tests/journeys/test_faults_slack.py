"""Slack at its limit, failing, losing answers, gone and back: each answer comes once, and none before its time."""

import asyncio
import time
from itertools import pairwise

import pytest
import pytest_asyncio

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE, Trouble
from tests.journeys.bot_house import BOT, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
POST = "chat.postMessage"
WINDOW_S = 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, FaultProxy(found.slack._port) as line:
        found.line = line
        async with found.open(slack_api_url=f"http://127.0.0.1:{line.port}/api/"):
            yield found


@pytest_asyncio.fixture(loop_scope="module")
async def place(module_place):
    yield module_place
    await module_place.line.be(CLEAN)
    module_place.slack.workspace.faults.clear()


async def asked(place) -> str:
    return await place.slack.say("UALICE", "COPS", f"{BOT} whoami")


async def once(place, thread: str) -> None:
    """And nothing of it is left to be sent."""
    await place.slack.wait_reply("COPS", thread, 40)
    db = place.bot.core.db
    async with asyncio.timeout(30):
        while await db.read_whole(db.outbox.unsent):  # noqa: ASYNC110  the store tells nobody
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.3)
    assert len(place.slack.replies("COPS", thread)) == 1


async def posts(place, since: int) -> list[dict]:
    return (await place.calls(POST))[since:]


async def test_a_limit_is_honoured_to_its_end_and_the_answer_comes_once(place):
    before = len(await place.calls(POST))
    await place.slack.do("faults", method=POST, status=429, retry_after=WINDOW_S, times=2)
    thread = await asked(place)
    await once(place, thread)
    at = [call["at"] for call in await posts(place, before)]
    assert len(at) == 3
    assert all(later - earlier >= WINDOW_S for earlier, later in pairwise(at))


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503, "times": 2},
        {"error": "internal_error", "times": 1},
        {"drop_socket": "before", "times": 1},
        {"drop_socket": "after", "times": 1},
        {"drop_socket": "after", "times": 3},
    ],
    ids=["503", "internal error", "lost before", "taken and its answer lost", "taken and three answers lost"],
)
async def test_a_post_that_fails_or_seems_to_comes_once(place, fault):
    await place.slack.do("faults", method=POST, **fault)
    await once(place, await asked(place))


async def test_while_slack_is_gone_the_answer_waits_and_comes_once(place):
    place.cluster.faults.add({"path": "/", "delay_ms": 600, "times": 20})
    thread = await place.slack.say("UALICE", "COPS", f"{BOT} what is unhealthy?")
    await asyncio.sleep(0.3)  # acknowledged, and being worked on
    await place.line.be(GONE)
    await asyncio.sleep(3)
    assert place.slack.replies("COPS", thread) == []
    place.cluster.faults.clear()
    await place.line.be(CLEAN)
    await once(place, thread)


async def test_a_slow_slack_delays_answers_and_doubles_none(place):
    await place.line.be(Trouble(delay_s=0.25))
    threads = [await asked(place) for _ in range(3)]
    for thread in threads:
        await once(place, thread)


async def test_sockets_that_break_off_are_back_within_five_seconds_and_nothing_is_lost(place):
    threads = []
    for _ in range(3):
        threads.append(await asked(place))
        place.slack.workspace.links.abort()
        threads.append(await asked(place))
    begun = time.perf_counter()
    while len(place.slack.workspace.links) < 2:
        assert time.perf_counter() - begun < 5
        await asyncio.sleep(0.05)
    for thread in threads:
        await once(place, thread)


async def test_a_line_that_takes_two_seconds_is_not_cut_off(place):
    """Nobody sends a click again that is lost with its link."""
    links = place.slack.workspace.links
    await place.line.be(CLEAN)
    while len(links) < 2:  # noqa: ASYNC110  the workspace tells nobody
        await asyncio.sleep(0.05)
    before = links._count
    await place.line.be(Trouble(delay_s=1.0))
    await asyncio.sleep(8)
    assert (len(links), links._count) == (2, before)

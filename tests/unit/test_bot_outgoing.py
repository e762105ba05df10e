"""Two processes that post: a message has one owner, comes once, and leaves nobody who may have been taken for dead."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
import pytest

from bot.lease import Lease
from bot.outgoing import LeftToAnotherError, Outgoing
from bot.replies.blocks import Message
from bot.slackclient import web_client
from sandbox.slack import LocalSlack
from storage.clock import FixedClock, SystemClock
from storage.database import Database
from storage.errors import StoreUnavailable
from tests.unit.slack_bots import OURS

pytestmark = pytest.mark.servers
HELLO = Message("hello")
KEYS = [f"card:{n}" for n in range(5)]


@pytest.fixture
async def slack():
    async with LocalSlack(OURS) as slack:
        yield slack


@pytest.fixture
async def opened(postgres, slack, tmp_path):
    """`await opened("a")`: how the process `a` posts; its lease stands still, so that a test says what time it is."""
    name = postgres.ready()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def open_(worker, clock=None):
            db = await Database.open(
                postgres.url(name), clock=clock or SystemClock(), folder=tmp_path, worker=worker
            )
            stack.push_async_callback(db.close)
            await db.write_whole(db.workers.begin)
            lease = Lease(db, now=lambda: 0.0)
            lease._renewed = 0.0
            return Outgoing(web_client(slack.bot_token, slack.api_url, http), db, "TLOCAL", lease)

        yield open_
    postgres.give_back(name)


def texts(slack):
    return [m for m in slack.workspace.messages.all("COPS") if m.get("text") == "hello"]


async def planned(outgoing, key="card:1"):
    """A process that died or sleeps between the plan and the post."""
    body = HELLO.payload()
    return await outgoing.db.write_whole(
        lambda tx: outgoing.db.outbox.plan(
            tx, key=key, workspace="TLOCAL", channel="COPS", thread="", kind="card", body=body
        )
    )


async def gone(outgoing):
    await outgoing.db.write_whole(outgoing.db.workers.leave)


async def adopted(outgoing):
    return await outgoing.db.write_whole(lambda tx: outgoing.db.outbox.adopt(tx, alone=False))


async def test_what_two_plan_in_the_same_moment_is_posted_once_and_both_know_its_name(opened, slack):
    both = [await opened("a"), await opened("b")]
    found = await asyncio.gather(*(each.post(key, "COPS", "", HELLO) for key in KEYS for each in both))
    assert found[::2] == found[1::2]
    assert len(texts(slack)) == len(KEYS)


async def test_what_another_is_about_to_send_is_left_to_it(opened, slack):
    a, b = await opened("a"), await opened("b")
    await planned(a)
    with pytest.raises(LeftToAnotherError):
        await b.post("card:1", "COPS", "", HELLO)
    assert (await b.resend_all(), texts(slack)) == (0, [])
    assert await a.resend_all() == 1
    assert await b.post("card:1", "COPS", "", HELLO) == texts(slack)[0]["ts"]
    assert len(texts(slack)) == 1


async def test_what_the_gone_had_planned_is_sent_by_who_took_it_over_and_not_by_the_zombie(opened, slack):
    a, b = await opened("a"), await opened("b")
    row, _ = await planned(a)
    await gone(a)
    waiting = asyncio.create_task(b.post("card:1", "COPS", "", HELLO))
    await asyncio.sleep(0.2)
    assert await adopted(b) == 1
    await waiting
    a.lease.now = lambda: 60.0
    with pytest.raises(StoreUnavailable, match="sign of life"):
        await a._taken(row, fresh=True)
    assert len(texts(slack)) == 1


async def test_what_was_planned_by_a_clock_that_was_ahead_is_found_and_not_posted_again(opened, slack):
    ahead = FixedClock(SystemClock().now() + timedelta(hours=1))
    a, b = await opened("a", ahead), await opened("b")
    row, _ = await planned(a)
    ts = await a._taken(row, fresh=True)  # and died before it noted that
    await gone(a)
    assert await adopted(b) == 1
    assert await b.post("card:1", "COPS", "", HELLO) == ts
    assert len(texts(slack)) == 1


async def test_nothing_that_people_see_leaves_without_a_valid_lease_and_it_leaves_once_later(opened, slack):
    a = await opened("a")
    ts = await a.post("card:0", "COPS", "", HELLO)
    a.lease.now = lambda: 7.0
    seen = (
        a.post("card:1", "COPS", "", HELLO),
        a.edit("COPS", ts, Message("other")),
        a.whisper("COPS", "UALICE", HELLO),
        a.open_window("t", {}),
        a.publish_home("UALICE", {}),
    )
    for said in seen:
        with pytest.raises(StoreUnavailable, match="sign of life"):
            await said
    assert ([m["ts"] for m in texts(slack)], slack.whispers("UALICE")) == ([ts], [])
    a.lease.now = lambda: 1.0
    assert await a.resend_all() == 1
    assert len(texts(slack)) == 2

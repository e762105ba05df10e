"""Two bots on one PostgreSQL: threads keep their order, the dead are taken over, a zombie does nothing, a drain hands over."""

import asyncio
import json
import random
import signal
import time

import aiohttp
import pytest
import pytest_asyncio

from sandbox.slack.core.timing import Timing
from tests.journeys.bot_house import BOT, house
from tests.journeys.bot_pair import pair
from tests.journeys.test_bot_delivery import event, who
from tests.journeys.test_bot_http import signed
from tests.journeys.test_bot_process import free_port

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.servers, pytest.mark.timeout(240)]
PATIENT = Timing(retries=(0.0, *map(float, range(1, 30))))
TAKEN_OVER_S, TOLD_S = 15.0, 20.0
EVENTS = 1_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_pair(postgres, tmp_path_factory):
    async with (
        house(tmp_path_factory.mktemp("pair"), timing=PATIENT) as place,
        pair(place, postgres.url(postgres.complete())) as found,
    ):
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def two(module_pair):
    await module_pair.whole()
    module_pair.place.cluster.faults.clear()
    yield module_pair
    assert await module_pair.audit_is_whole()


def slow(two, ms=1500, times=1000):
    two.place.cluster.faults.add({"path": "/namespaces/shop/", "delay_ms": ms, "times": times})


async def said(two, text, thread=""):
    """Admitted by one of them when this returns."""
    ts = await two.place.slack.say("UALICE", "COPS", f"{BOT} {text}", thread)
    await two.until(lambda: two.rows("SELECT 1 FROM inbox WHERE payload->'delivery'->>'ts' = %s", ts))
    return ts


async def test_a_thread_is_answered_one_at_a_time_and_in_its_order_whichever_bot_has_it(two):
    slow(two, 100)
    roots = [await said(two, "what is unhealthy?") for _ in range(3)]
    for n in range(5):
        for root in roots:
            await said(two, f"k8s logs checkout --since {n + 1}m", root)
    await two.until(lambda: all(len(two.place.slack.replies("COPS", root)) == 6 for root in roots), 60)
    workers = set()
    for root in roots:
        rows = two.rows(
            "SELECT worker, started_at, finished_at FROM inbox WHERE thread = %s ORDER BY said_at", root
        )
        workers |= {worker for worker, *_ in rows}
        times = [at for _, started, finished in rows for at in (started, finished)]
        assert times == sorted(times), times
    assert len(workers) == 2


async def test_a_killed_bot_is_taken_over_and_the_card_says_so(two):
    slow(two, 300)
    card = await two.place.card("restart checkout")
    before = len(two.place.writes())
    await two.place.click(card, "plan_approve", "UBOB")
    await two.until(lambda: len(two.place.writes()) > before)
    (worker,) = two.rows("SELECT claimed_by FROM plans ORDER BY created_at DESC LIMIT 1")[0]
    slow(two, 4000)
    ts, other = await said(two, "what is unhealthy?"), await said(two, "what is unhealthy?")
    holders = {await two.holder(ts), await two.holder(other)}
    assert two.named(worker) in holders
    await two.end(two.named(worker))
    died = time.monotonic()
    await two.until(
        lambda: two.rows("SELECT 1 FROM plans WHERE claimed_by <> %s AND outcome::text LIKE '%%taken over%%'", worker),
        TAKEN_OVER_S,
    )  # fmt: skip
    two.place.cluster.faults.clear()
    done = await two.place.until(card, "Succeeded in", seconds=TOLD_S - (time.monotonic() - died) + 10)
    assert "taken over by another one, written once, 0 repeated" in done["text"]
    await two.place.slack.wait_reply("COPS", ts, 20)
    await two.place.slack.wait_reply("COPS", other, 20)
    await asyncio.sleep(0.5)
    assert [len(two.place.slack.replies("COPS", root)) for root in (ts, other)] == [1, 1]
    assert len(two.place.writes()) == before + 1


async def test_a_bot_that_slept_posts_nothing_and_ends(two):
    slow(two, 2500)
    ts = await said(two, "what is unhealthy?")
    name = await two.holder(ts)
    sleeper = two.bots[name]
    sleeper.child.send_signal(signal.SIGSTOP)
    found = await two.place.slack.wait_reply("COPS", ts, 30)
    sleeper.child.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(sleeper.child.wait(), 20) == 1
    await sleeper.reader
    assert any("another process took this one for dead" in line for line in sleeper.lines)
    assert [m["ts"] for m in two.place.slack.replies("COPS", ts)] == [found["ts"]]


async def test_a_bot_that_is_told_to_stop_hands_over_at_once(two):
    slow(two, 200)
    stamps = [await said(two, "what is unhealthy?") for _ in range(16)]
    begun = time.monotonic()
    assert await two.end("one", signal.SIGTERM) == 0
    for ts in stamps:
        await two.place.slack.wait_reply("COPS", ts, 30)
    assert time.monotonic() - begun < 25
    await asyncio.sleep(0.5)
    assert [len(two.place.slack.replies("COPS", ts)) for ts in stamps] == [1] * len(stamps)


async def test_a_folder_is_one_bot_s_own(two):
    async with two.process("one") as third:
        assert await asyncio.wait_for(third.child.wait(), 30) == 2
        await third.reader
        assert any("another bot works in" in line and "DATA_DIR" in line for line in third.lines)


async def test_each_event_delivered_four_times_to_two_bots_is_answered_once(postgres, tmp_path, pytestconfig):
    """1,000 events with --full: each twice to each of the two, in any order, a mention also as the channel's own message."""
    count = EVENTS if pytestconfig.getoption("full") else 40
    ports = {"one": free_port(), "two": free_port()}
    async with (
        house(tmp_path) as place,
        pair(
            place,
            postgres.url(postgres.complete()),
            ports=ports,
            SLACK_MODE="http",
            SLACK_SIGNING_SECRET=place.slack.signing_secret,
        ) as two,
        aiohttp.ClientSession() as http,
    ):
        for n in range(count):
            said = {"ts": event(n)["event"]["ts"], "user": who(n), "text": "x", "type": "message"}
            place.slack.workspace.messages.put("COPS", said)
        copies = [
            (port, event(n, kind=kind, copy=copy, user=who(n)))
            for n in range(count) for port in ports.values() for copy, kind in enumerate(("app_mention", "message"))
            for _ in range(2 - copy)
        ]  # fmt: skip
        random.Random(7).shuffle(copies)

        async def deliver(port, body):
            raw = json.dumps(body).encode()
            for _ in range(30):  # as Slack does: what is not acknowledged comes again
                address = f"http://127.0.0.1:{port}/slack/events"
                async with http.post(address, data=raw, headers=signed(place, raw)) as answer:
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.2)
            raise AssertionError("never acknowledged")

        for at in range(0, len(copies), 50):
            await asyncio.gather(*(deliver(*one) for one in copies[at : at + 50]))

        def answers():
            return [len(place.slack.replies("COPS", event(n)["event"]["ts"])) for n in range(count)]

        await two.until(lambda: sum(answers()) >= count, 60 + count / 2)
        await asyncio.sleep(1)
        assert answers() == [1] * count
        assert two.rows("SELECT count(*), count(DISTINCT worker) FROM inbox WHERE state = 'done'") == [
            (count, 2)
        ]
        assert await two.audit_is_whole()

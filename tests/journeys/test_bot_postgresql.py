"""The whole bot on PostgreSQL and Redis: answers, a change through its life, and servers that go away under it."""

import asyncio
import json
import os
import statistics
import time
from datetime import datetime

import aiohttp
import pytest
import pytest_asyncio

from agents.changes.outcome import outcome_of
from tests.journeys.bot_house import house
from tests.journeys.test_bot_cards import plan_of
from tests.servers.postgres import opened as postgres_opened
from tests.servers.redis import opened as redis_opened

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.servers]
AWAY_S = 30.0 if os.environ.get("SOAK") == "1" else 2.0
BACK_S = 10.0
STARTED_S = 0.15  # goal on a machine that does nothing else


@pytest.fixture(scope="module")
def servers():
    """Ones that a test may stop."""
    database, redis = postgres_opened(), redis_opened()
    yield database, redis
    redis.remove()
    database.remove()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(servers, tmp_path_factory):
    database, redis = servers
    root = tmp_path_factory.mktemp("house")
    where = {"database_url": database.url(database.complete()), "redis_url": redis.url(), "data_dir": root}
    async with house(root) as found, found.open(**where):
        yield found


async def health(home):
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{home.bot.web.port}/healthz") as answer,
    ):
        return json.loads(await answer.text())


async def until_healthy(home):
    begun = time.perf_counter()
    while (now := await health(home))["status"] != "ok":
        assert time.perf_counter() - begun < BACK_S, now
        await asyncio.sleep(0.1)
    return time.perf_counter() - begun


async def test_a_question_is_answered_and_on_record(home):
    answer = await home.ask("what is wrong with checkout?")
    assert "checkout" in answer["text"].lower()
    again = await home.ask("and cart?", thread=answer["thread_ts"])
    assert "cart" in again["text"].lower()
    report = await home.bot.core.db.verify()
    assert report.ok
    assert report.rows > 5
    assert (await health(home))["components"] | {"policy": "ok"} == {
        "database": "ok", "slack": "ok", "engine": "ok", "agent": "ok", "policy": "ok", "cache": "ok",
        "replicas": "ok, 1 alive", "background": "ok",
    }  # fmt: skip


async def test_a_change_goes_its_whole_way(home):
    found = await home.card("scale checkout to 3")
    assert (await home.click(found, "plan_approve", "UBOB"))["ok"]
    await home.until(found, "Succeeded in")
    assert home.replicas() == 3
    refused = await home.card("restart checkout")
    await home.click(refused, "plan_cancel", "UALICE")
    await home.until(refused, "Cancelled")
    assert (await home.bot.core.db.verify()).ok


async def started_after(home, plan_id):
    """Seconds from the click that completed the quorum until the change began."""
    db = home.bot.core.db
    async with db.read() as tx:
        (approval,) = await db.approvals.for_plan(tx, plan_id)
        row = await db.plans.get(tx, plan_id)
    return (datetime.fromisoformat(outcome_of(row).started_at) - approval.at).total_seconds()


async def test_a_click_that_completes_the_quorum_starts_the_change_at_once(home, record_property):
    took = []
    for n in range(3):
        found = await home.card(f"scale cart to {3 + n % 2}")
        assert (await home.click(found, "plan_approve", "UBOB"))["ok"]
        await home.until(found, "Succeeded in")
        took.append(await started_after(home, plan_of(found)))
    assert statistics.median(took) < 10 * STARTED_S, took
    words = f"{1000 * statistics.median(took):.0f} ms, at most {1000 * max(took):.0f} ms"
    record_property("figure", f"from the click to the start of the change: {words}")


async def noted(db, ts):
    """The plan once it is known where its card stands."""
    for _ in range(200):
        for plan in await db.read_whole(lambda tx: db.plans.list(tx, state="pending")):
            if plan.card_ts == ts:
                return plan
        await asyncio.sleep(0.02)
    raise AssertionError("no plan has this card")


async def test_a_card_that_another_process_changes_during_an_edit_ends_on_the_last_state(home):
    found = await home.card("restart cart")
    db, outgoing = home.bot.core.db, home.bot.wired.outgoing
    row = await noted(db, found["ts"])
    edit, told = outgoing.edit, []

    async def late(channel, ts, message):
        """The other process stores and shows its change while ours, read before, is on its way."""
        if not told:
            async with db.write() as tx:
                await db.plans.move(tx, row.id, to="cancelled", allowed_from={row.state})
        told.append(message.text)
        await edit(channel, ts, message)

    outgoing.edit = late
    try:
        await home.bot.wired.cards.show(row.id)
    finally:
        outgoing.edit = edit
    assert ("Pending" in told[0], "Cancelled" in home.now(found)["text"], len(told)) == (True, True, 2)


async def test_redis_away_fails_no_request_and_is_told(servers, home):
    _, redis = servers
    redis.stop()
    answers = await asyncio.gather(*(home.ask("what is wrong with checkout?") for _ in range(3)))
    assert all("checkout" in answer["text"].lower() for answer in answers)
    now = await health(home)
    assert (now["status"], "Redis is away" in now["components"]["cache"]) == ("degraded", True)
    redis.start()
    assert await until_healthy(home) < BACK_S


async def test_the_database_away_is_not_ready_and_soon_back(servers, home):
    database, _ = servers
    found = await home.card("restart cart")
    database.stop()
    await asyncio.sleep(AWAY_S)
    now = await health(home)
    assert (now["status"], "cannot be used" in now["components"]["database"]) == ("down", True)
    database.start()
    assert await until_healthy(home) < BACK_S
    begun = time.perf_counter()
    answer = await home.ask("what is wrong with checkout?")
    assert "checkout" in answer["text"].lower()
    assert time.perf_counter() - begun < BACK_S
    await home.click(found, "plan_approve", "UBOB")
    await home.until(found, "Succeeded in")
    assert (await home.bot.core.db.verify()).ok

"""Deliveries: once whatever Slack repeats, nothing acknowledged is lost, a store that is away is not acknowledged."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing

import pytest

from tests.journeys.bot_house import BOT, house

FULL = os.environ.get("SOAK") == "1"
EVENTS = 1_000 if FULL else 60


def event(n: int, *, kind: str = "app_mention", copy: int = 0, user: str = "UALICE") -> dict:
    """One mention as Slack delivers it; `copy` 1 is the same message as the channel's own event."""
    ts = f"1764000{n:03d}.000100"
    inner = {
        "type": kind,
        "user": user,
        "text": f"{BOT} whoami",
        "ts": ts,
        "team": "TLOCAL",
        "channel": "COPS",
    }
    return {
        "type": "event_callback",
        "team_id": "TLOCAL",
        "api_app_id": "ACLOUDOPS",
        "event_id": f"Ev{n}-{copy}",
        "event": inner,
        "authorizations": [{"team_id": "TLOCAL", "user_id": "UCLOUDOPS", "is_bot": True}],
        "is_ext_shared_channel": False,
    }


def who(n: int) -> str:
    """Four people in turn: of one, only five hundred may wait."""
    return ("UALICE", "UBOB", "UCAROL", "UDAN")[n % 4]


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path) as found:
        yield found


@pytest.mark.timeout(600)
async def test_each_event_delivered_four_times_is_answered_once(place):
    """1,000 events with SOAK=1, each four times in any order, a mention also as the channel's own message."""
    from slack_bolt.request.async_request import AsyncBoltRequest

    async with place.open() as bot:
        for n in range(EVENTS):
            place.slack.workspace.messages.put(
                "COPS", {"ts": event(n)["event"]["ts"], "user": "UALICE", "text": "x", "type": "message"}
            )
        copies = [event(n, user=who(n)) for n in range(EVENTS) for _ in range(4)]
        copies += [event(n, kind="message", copy=1, user=who(n)) for n in range(EVENTS)]
        random.Random(7).shuffle(copies)

        async def deliver(body):
            answer = await bot.wired.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
            assert answer.status == 200

        for at in range(0, len(copies), 50):
            await asyncio.gather(*(deliver(body) for body in copies[at : at + 50]))

        def answered():
            return sum(len(place.slack.replies("COPS", event(n)["event"]["ts"])) for n in range(EVENTS))

        await place.slack.wait_for(lambda: answered() >= EVENTS, 500)
        await asyncio.sleep(0.5)
        assert answered() == EVENTS


async def test_what_was_admitted_and_not_answered_is_answered_after_a_restart(place):
    async with place.open() as bot:
        intake, db = bot.wired.work.intake, bot.core.db
        ts = await place.slack.say("UALICE", "COPS", "nobody is listening yet")
        body = event(1)
        body["event"] |= {"ts": ts}
        admitted = await intake.admit(body)
        async with db.write() as tx:
            await db.inbox.start(tx, admitted.row_id)  # a process began and died
    assert not place.slack.replies("COPS", ts)
    async with place.open():
        found = await place.slack.wait_reply("COPS", ts, 30)
        assert "alice" in found["text"]


async def test_a_message_is_begun_as_it_is_stored_and_carried_by_the_engine_to_its_end(place):
    async with place.open():
        place.cluster.faults.add({"path": "/namespaces/shop/", "delay_ms": 1000, "times": 50})
        ts = await place.slack.say("UALICE", "COPS", f"{BOT} what is unhealthy?")
        await until(lambda: engine_says(place))
        assert (engine_says(place), place.slack.replies("COPS", ts)) == ("PENDING", [])
        with closing(sqlite3.connect(place.root / "app.db")) as db:
            assert db.execute("SELECT state, attempts, received_at = started_at FROM inbox").fetchall() == [
                ("started", 1, 1)
            ]
        await place.slack.wait_reply("COPS", ts, 20)
        await until(lambda: engine_says(place) == "SUCCESS")


async def until(true):
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not become true")


def engine_says(place):
    """Of the one message's workflow; empty before there is one."""
    with closing(sqlite3.connect(place.root / "engine.db")) as db:
        found = db.execute("SELECT status FROM workflow_status WHERE workflow_uuid LIKE 'in_%'").fetchall()
    return found[0][0] if found else ""


async def test_a_reply_that_slack_took_before_the_process_died_is_not_sent_again(place):
    ts = ""
    async with place.open() as bot:
        ts = await place.slack.say("UALICE", "COPS", f"{BOT} whoami")
        await place.slack.wait_reply("COPS", ts, 20)
        row = (await rows(bot))[0]
    with sqlite3.connect(
        place.root / "app.db"
    ) as db:  # as if it had died between Slack's answer and our note
        db.execute("UPDATE outbox SET ts='', sent_at=NULL WHERE key=?", (f"reply:{row}",))
        db.execute(
            "UPDATE inbox SET state='started', finished_at=NULL, started_at='2020-01-01T00:00:00.000000+00:00' WHERE id=?",
            (row,),
        )
    db.close()
    async with place.open() as bot:
        for _ in range(100):
            if await state(bot, row) == "done":
                break
            await asyncio.sleep(0.1)
        assert await state(bot, row) == "done"
        assert len(place.slack.replies("COPS", ts)) == 1


async def test_an_answer_that_went_out_before_the_process_died_is_remembered_all_the_same(place):
    async with place.open() as bot:
        ts = await place.slack.say("UALICE", "COPS", f"{BOT} why is checkout slow?")
        said = await place.slack.wait_reply("COPS", ts, 20)
        row = (await rows(bot))[0]
        await until_done(bot, row)
    with closing(sqlite3.connect(place.root / "app.db")) as db, db:  # as if it had died right after the post
        db.execute("UPDATE outbox SET ts='', sent_at=NULL WHERE key=?", (f"reply:{row}",))
        db.execute("UPDATE inbox SET state='started', finished_at=NULL WHERE id=?", (row,))
    (place.root / "checkpoints.db").unlink()
    async with place.open() as bot:
        await until_done(bot, row)
        assert len(place.slack.replies("COPS", ts)) == 1
        thread = await bot.core.conversation._memory.load(f"TLOCAL:COPS:{ts}")
        assert [message.text for message in thread.messages] == ["why is checkout slow?", said["text"]]
        assert "checkout" in (await place.ask("restart it", thread=ts))["text"]


async def until_done(bot, row):
    for _ in range(200):
        if await state(bot, row) == "done":
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await state(bot, row))


async def test_while_slack_refuses_posts_the_answer_waits_and_comes_once(place):
    async with place.open():
        await place.slack.do("faults", method="chat.postMessage", error="internal_error", times=2)
        ts = await place.slack.say("UALICE", "COPS", f"{BOT} whoami")
        await place.slack.wait_reply("COPS", ts, 40)
        await asyncio.sleep(0.5)
        assert len(place.slack.replies("COPS", ts)) == 1


async def test_a_store_that_cannot_be_written_acknowledges_nothing_and_says_so(place):
    """Read-only from outside: the event stays Slack's to deliver again, the command's sender is told."""
    async with place.open() as bot:
        lock = sqlite3.connect(place.root / "app.db", isolation_level=None)
        lock.execute("PRAGMA busy_timeout=0")
        lock.execute("BEGIN IMMEDIATE")
        try:
            from slack_bolt.request.async_request import AsyncBoltRequest

            answer = await bot.wired.app.async_dispatch(AsyncBoltRequest(body=event(2), mode="socket_mode"))
            assert answer.status == 503
            sent = await place.slack.do(
                "commands", user="UALICE", channel="COPS", command="/cloudops", text="help"
            )
            assert "cannot record anything" in str(sent)
            report = await bot.health.report()
            assert report["status"] == "down"
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        assert (await bot.health.report())["status"] == "ok"
        assert "What you may do" in (await place.command("help"))["text"]


async def test_a_cluster_that_is_gone_is_named_and_nothing_else_stops(place):
    async with place.open():
        await place.cluster.stop()
        found = await place.ask("k8s unhealthy")
        assert "Nothing was changed" in found["text"]
        assert "local" in found["text"]
        assert "alice" in (await place.ask("whoami"))["text"]


async def test_a_card_is_brought_up_to_date_when_the_process_died_before_the_edit(place):
    async with place.open():
        card = await place.card("restart cart")
        plan = next(e["value"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"])
    with sqlite3.connect(place.root / "app.db") as db:
        db.execute("UPDATE plans SET state='cancelled' WHERE id=?", (plan,))
    db.close()
    async with place.open():
        await place.until(card, "Cancelled")


async def rows(bot):
    from sqlalchemy import text

    async with bot.core.db.read() as tx:
        return list((await tx.run(text("SELECT id FROM inbox ORDER BY received_at DESC"))).scalars())


async def state(bot, row_id):
    async with bot.core.db.read() as tx:
        return (await bot.core.db.inbox.get(tx, row_id)).state

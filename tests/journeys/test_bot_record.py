"""The audit channel hears of every plan that has ended: once, whatever dies in between, and without secrets."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.outgoing import SlackAwayError
from bot.replies.blocks import Message
from tests.journeys.bot_house import house, texts_of


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path) as found:
        yield found


def plan_of(card):
    return next(e["value"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"])


def heard(place, channel="CAUDIT"):
    return [m for m in place.slack.workspace.messages.all(channel) if m.get("bot_id")]


def change(place, sql, *values):
    with closing(sqlite3.connect(place.root / "app.db")) as db, db:
        return db.execute(sql, values).fetchall()


async def test_what_was_approved_and_done_is_told_with_who_asked_and_who_decided(place):
    async with place.open():
        token = "xoxb-" + "123456789012-123456789012-" + "abcdefghijklmnopqrstuvwx"
        card = await place.card("scale cart to 3")
        await place.click(card, "plan_approve", "UBOB")
        told = (await place.slack.wait_for(lambda: heard(place), 30))[0]
        text = texts_of(told["blocks"])
        for words in (
            "Succeeded in",
            "Scale cart from 2 to 3 pods",
            "Asked for by alice",
            "bob: approve",
            plan_of(card),
            "high risk",
        ):
            assert words in text, text
        other = await place.card("scale checkout to 3")
        await place.click(other, "plan_reject", "UBOB")
        window = (await place.windows("UBOB"))[0]
        await place.slack.do(
            "submissions", user="UBOB", view_id=window["id"], values={"reason": {"text": f"no: {token}"}}
        )
        told = (await place.slack.wait_for(lambda: heard(place)[1:], 30))[0]
        text = texts_of(told["blocks"])
        assert "Rejected" in text
        assert "bob: reject" in text
        assert token not in str(told)
        await asyncio.sleep(1.5)
    async with place.open():
        await asyncio.sleep(1.0)
        assert len(heard(place)) == 2


async def test_a_process_that_died_before_the_post_or_before_its_note_tells_once(place):
    async with place.open():
        card = await place.card("restart cart")
        plan = plan_of(card)
    change(place, "UPDATE plans SET state='cancelled' WHERE id=?", plan)  # ended, and the process died
    async with place.open():
        await place.slack.wait_for(lambda: heard(place), 30)
        await place.until(card, "Cancelled")
    change(
        place, "UPDATE outbox SET ts='', sent_at=NULL WHERE kind='audit'"
    )  # Slack took it, we died before the note
    async with place.open():
        await asyncio.sleep(1.5)
    assert len(heard(place)) == 1
    assert change(place, "SELECT count(*) FROM outbox WHERE kind='audit' AND ts=''") == [(0,)]


async def test_an_audit_channel_that_nobody_invited_the_bot_to_stops_nothing_else(place):
    channel = (await place.slack.do("channels", name="far", user="UBOB", private=True))["channel"]["id"]
    policy = place.root / "policy.yaml"
    policy.write_text(policy.read_text().replace("CAUDIT: {audit: true}", f"{channel}: {{audit: true}}"))
    async with place.open() as bot:
        card = await place.card("restart cart")
        await place.click(card, "plan_cancel", "UALICE")
        await place.until(card, "Cancelled")
        out = bot.wired.outgoing
        await place.slack.do("faults", method="chat.postMessage", error="internal_error", times=3)
        with pytest.raises(SlackAwayError):
            await out.post("k1", "COPS", "", Message("hello", ()))
        await out.resend_all()
    assert change(place, "SELECT kind, channel FROM outbox WHERE ts=''") == [("audit", channel)]
    await place.slack.do("invitations", user="UBOB", channel=channel, invited="UCLOUDOPS")
    async with place.open():
        await place.slack.wait_for(
            lambda: [said for said in heard(place, channel) if "Cancelled" in said["text"]], 30
        )


async def test_an_audit_channel_of_several_companies_hears_nothing(place):
    policy = place.root / "policy.yaml"
    policy.write_text(policy.read_text().replace("CAUDIT: {audit: true}", "CSHARED: {audit: true}"))
    async with place.open():
        card = await place.card("restart cart")
        await place.click(card, "plan_cancel", "UALICE")
        await place.until(card, "Cancelled")
        await asyncio.sleep(1.0)
    assert not heard(place, "CSHARED")

"""A channel of its own for an incident: the bot comes, says who it is, keeps one card, speaks when there is something new, and obeys."""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.journeys.bot_house import BOT, house, texts_of
from tests.journeys.test_bot_triage import GRANTED

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
POLICY = GRANTED + 'rooms: {patterns: ["inc-*"], home: CINCIDENTS, quiet: 1s}\n'
SECRET = "ghp_" + "a1B2" * 9


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=POLICY) as found, found.open():
        yield found


async def made(place, name, user="UALICE"):
    return (await place.slack.do("channels", user=user, name=name, members=["UBOB", "UDAN", "UCAROL"]))["channel"]["id"]  # fmt: skip


def said(place, channel):
    return [m for m in place.slack.workspace.messages.all(channel) if m.get("user") == "UCLOUDOPS"]


def cards(place, channel):
    return [m for m in said(place, channel) if m.get("blocks") and m["blocks"][0]["type"] == "header"]


async def seen(place, channel, words, seconds=20):
    def look():
        return next((m for m in said(place, channel) if words in f"{m['text']} {texts_of(m.get('blocks', []))}"), None)  # fmt: skip

    try:
        return await place.slack.wait_for(look, seconds)
    except TimeoutError:
        raise AssertionError((words, [m["text"] for m in said(place, channel)])) from None


async def row_of(place, channel):
    db = place.bot.core.db
    return await db.read_whole(lambda tx: db.rooms.get(tx, f"TLOCAL:{channel}"))


async def told(place, channel, words, user="UALICE"):
    """What somebody says to the bot, and its answer in that thread."""
    ts = await place.slack.say(user, channel, f"{BOT} {words}")
    found = await place.slack.wait_for(lambda: place.slack.replies(channel, ts), 20)
    return found[0]["text"]


async def test_a_channel_of_such_a_name_is_joined_introduced_and_linked_by_its_service(place):
    await place.slack.say("BALERTS", "CINCIDENTS", "[FIRING] CheckoutDown (critical) namespace=shop service=checkout")  # fmt: skip
    await seen(place, "CINCIDENTS", "CheckoutDown")
    place.room = await made(place, "inc-checkout-down")
    first = await seen(place, place.room, "name fits `inc-*`")
    card = await seen(place, place.room, "CheckoutDown")
    assert card["ts"] > first["ts"] and "incident_assign" not in str(card["blocks"])
    home = await seen(place, "CINCIDENTS", "CheckoutDown")
    assert (await row_of(place, place.room)).incident in str(home["blocks"])
    await asyncio.sleep(2)
    assert len(cards(place, place.room)) == 1 and len(said(place, place.room)) <= 3


async def test_other_channels_and_shared_ones_are_left_alone(place):
    other = await made(place, "holidays")
    invited = await made(place, "lunch")
    await place.slack.do("invitations", user="UALICE", channel=invited, invited="UCLOUDOPS")
    await seen(place, invited, "CloudOps is here")
    await asyncio.sleep(2)
    assert said(place, other) == [] and len(said(place, invited)) == 1
    room = await made(place, "inc-asked-here")
    await seen(place, room, "name fits `inc-*`")
    place.slack.workspace.channels.get(room).members.remove("UCLOUDOPS")
    await place.slack.do("invitations", user="UALICE", channel=room, invited="UCLOUDOPS")
    await asyncio.sleep(2)
    assert not any("CloudOps is here" in m["text"] for m in said(place, room))
    assert (await row_of(place, invited)).state == "shut"
    assert await row_of(place, other) is None


async def test_a_burst_is_one_turn_and_what_is_new_is_said_once(place):
    before = len(said(place, place.room))
    for n in range(8):
        await place.slack.say("UBOB", place.room, f"checkout looks bad {n} token {SECRET}")
    await place.slack.say("BALERTS", "CINCIDENTS", "[FIRING] CheckoutSlow (warning) namespace=shop service=checkout")  # fmt: skip
    await seen(place, place.room, "New: CheckoutSlow fires")
    await asyncio.sleep(2.5)
    news = [m for m in said(place, place.room)[before:] if m.get("thread_ts")]
    assert sum("CheckoutSlow" in m["text"] for m in news) == 1
    db = place.bot.core.db
    lines = await db.read_whole(lambda tx: db.rooms.lines(tx, f"TLOCAL:{place.room}", 50))
    assert [line.text for line in lines if SECRET in line.text] == []
    assert len({line.turn for line in lines if "looks bad" in line.text} - {0}) == 1
    assert all(line.turn for line in lines)


async def test_paused_it_says_nothing_until_it_is_resumed_and_who_did_it_is_noted(place):
    assert "Not allowed" in await told(place, place.room, "pause", "UCAROL")
    assert "alice: pause" in await told(place, place.room, "pause")
    card = await seen(place, place.room, "Paused by")
    before = len(said(place, place.room))
    await place.slack.say("BALERTS", "CINCIDENTS", "[FIRING] CheckoutErrors (warning) namespace=shop service=checkout")  # fmt: skip
    await place.until(card, "CheckoutErrors", place.room)
    await asyncio.sleep(2)
    assert len(said(place, place.room)) == before
    assert "It is paused" in await told(place, place.room, "pause", "UBOB")
    assert "bob: resume" in await told(place, place.room, "resume", "UBOB")
    await seen(place, place.room, "New: CheckoutErrors fires")
    row = await row_of(place, place.room)
    db = place.bot.core.db
    notes = await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.incident,)))
    assert [(n.kind, n.actor) for n in notes if n.kind in {"paused", "resumed"}] == [("paused", "TLOCAL:UALICE"), ("resumed", "TLOCAL:UBOB")]  # fmt: skip


async def test_completed_it_hands_over_once_and_reopened_it_is_the_same_incident(place):
    row = await row_of(place, place.room)
    assert "alice: complete" in await told(place, place.room, "incident complete rolled back to 1.0")
    summary = await seen(place, place.room, "Hand-over.")
    assert "rolled back to 1.0" in summary["text"] and "Services: checkout" in summary["text"]
    kept = place.slack.workspace.files
    file = await place.slack.wait_for(lambda: next((f for f in kept if f.complete), None), 20)
    text = kept.content(file).decode()
    for words in ("alice paused", "bob resumed", "alice resolved: rolled back to 1.0", "## Draft"):
        assert words in text, text
    await seen(place, place.room, "Completed by")
    await seen(place, "CINCIDENTS", "resolved it at")
    await asyncio.sleep(2)
    assert sum("Hand-over." in m["text"] for m in said(place, place.room)) == 1
    assert len([f for f in kept if f.complete]) == 1
    assert "It is completed" in await told(place, place.room, "pause")
    assert f"I follow incident {row.incident} here; it is completed since" in await told(
        place, place.room, "incident"
    )
    assert "dan: reopen" in await told(place, place.room, "reopen", "UDAN")
    await seen(place, place.room, "Reopened by")
    again = await row_of(place, place.room)
    assert (again.incident, again.round, again.state) == (row.incident, 2, "open")
    assert len(cards(place, place.room)) == 1


async def test_a_person_may_ask_for_it_in_any_channel_and_a_renamed_one_comes_in(place):
    before = len(said(place, "CDEV"))
    await place.slack.say("UGUEST", "CDEV", f"{BOT} help with this incident")
    await asyncio.sleep(1)
    assert len(said(place, "CDEV")) == before and await row_of(place, "CDEV") is None
    answer = await told(place, "CDEV", "help with this incident")
    assert "I follow the incident of this channel from now on" in answer
    await seen(place, "CDEV", "asked me to follow the incident")
    await seen(place, "CDEV", "I know no alert that this channel is about yet")
    await place.slack.say("UBOB", "CDEV", "it must be cart that hangs")
    card = await seen(place, "CDEV", "Incident channel (cart")
    assert "Incident `inc_" in texts_of(card["blocks"])
    later = await made(place, "cart-talk")
    await place.slack.do("renamings", user="UALICE", channel=later, name="inc-cart")
    await seen(place, later, "name fits `inc-*`")


async def test_without_the_scope_to_join_it_waits_to_be_invited(place):
    await place.slack.do("faults", method="conversations.join", error="missing_scope", times=1)
    room = await made(place, "inc-kept-out")
    await asyncio.sleep(2.5)
    assert (await row_of(place, room)).state == "shut" and said(place, room) == []
    await place.slack.do("invitations", user="UALICE", channel=room, invited="UCLOUDOPS")
    await seen(place, room, "name fits `inc-*`")


async def test_an_incident_of_a_channel_with_other_readers_is_not_shown(place):
    db, mine = place.bot.core.db, (await row_of(place, place.room)).incident
    kept = await db.read_whole(lambda tx: db.triage.get(tx, mine))
    other = replace(kept, id="inc_other", channel="COPS", ts="1.1", last=place.bot.core.clock.now())
    await db.write_whole(lambda tx: db.triage.open(tx, other))
    room = await made(place, "inc-elsewhere")
    await seen(place, room, "name fits `inc-*`")
    await place.slack.say("UBOB", room, "this is inc_other")
    await asyncio.sleep(3)
    assert (await row_of(place, room)).incident == ""
    await place.slack.say("UBOB", room, f"no, it is {mine}")
    await seen(place, room, "Checkout")
    assert (await row_of(place, room)).incident == mine


async def test_a_channel_that_others_read_along_in_from_now_on_is_told_nothing_more(place):
    room = await made(place, "inc-later-shared")
    await seen(place, room, "name fits `inc-*`")
    place.slack.workspace.channels.get(room).is_ext_shared = True
    place.bot.wired.rooms.directory._channels.clear()  # as ten minutes later
    await asyncio.sleep(1.5)
    before = len(said(place, room))
    await place.slack.say("UBOB", room, "it is checkout")
    await asyncio.sleep(3)
    row = await row_of(place, room)
    assert len(said(place, room)) == before and row.incident == "" and row.state == "open"

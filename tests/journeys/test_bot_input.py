"""Bad input and the wrong people: each gets a clear word or silence, nothing is lost, nothing breaks."""

import asyncio
import base64

import pytest

from tests.journeys.bot_house import BOT, texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_message_of_40000_characters_is_answered(home):
    text = "why is checkout failing? " + "log line with a lot of words " * 1379
    found = await home.ask(text[:39_980])
    assert found["text"]
    assert len(found["text"]) <= 40_000


async def test_an_empty_mention_means_help(home):
    assert "What you may do here" in (await home.ask(""))["text"]


@pytest.mark.parametrize("text", [":eyes:", "🔥🔥🔥", ":+1: :tada:", "???", "\u200b\u202e", "\u0000\u0007"])
async def test_emoji_and_noise_are_asked_back(home, text):
    assert (await home.ask(text))["text"]


async def test_a_binary_file_alone_is_declined_in_words(home):
    body = {
        "user": "UALICE",
        "channel": "COPS",
        "name": "core.bin",
        "content_base64": base64.b64encode(bytes(range(256))).decode(),
    }
    ts = await home.slack.say("UALICE", "COPS", f"{BOT} whoami")
    await home.slack.wait_reply("COPS", ts, 20)
    before = len(home.slack.replies("COPS", ts))
    await home.drive("uploads", {**body, "thread_ts": ts})
    found = await home.slack.wait_for(lambda: home.slack.replies("COPS", ts)[before:], 20)
    assert "I cannot read this: core.bin" in found[0]["text"]


async def test_an_edited_message_is_answered_with_what_to_do_and_a_deleted_one_not_at_all(home):
    ts = await home.slack.say("UALICE", "COPS", f"{BOT} whoami")
    await home.slack.wait_reply("COPS", ts, 20)
    await home.drive(
        "edits", {"user": "UALICE", "channel": "COPS", "ts": ts, "text": f"{BOT} restart checkout"}
    )
    found = await home.slack.wait_for(lambda: home.slack.replies("COPS", ts)[1:], 20)
    assert "as they were first sent" in found[0]["text"]
    other = await home.slack.say("UALICE", "COPS", "nothing for the bot")
    await home.drive("deletions", {"user": "UALICE", "channel": "COPS", "ts": other})
    await asyncio.sleep(0.3)
    assert not home.slack.replies("COPS", other)


async def test_talk_of_others_is_left_alone_and_replies_count_where_the_channel_allows(home):
    ts = await home.slack.say("UALICE", "COPS", "lunch?")
    await home.slack.say("UBOB", "COPS", "yes", ts)
    asked = await home.slack.say("UALICE", "COPS", f"{BOT} whoami")
    await home.slack.wait_reply("COPS", asked, 20)
    follow = await home.slack.say("UALICE", "COPS", "status", asked)
    await home.slack.wait_for(lambda: len(home.slack.replies("COPS", asked)) == 2, 20)
    assert follow
    never = await home.slack.say("UALICE", "CINCIDENTS", f"{BOT} whoami")
    await home.slack.wait_reply("CINCIDENTS", never, 20)
    await home.slack.say("UALICE", "CINCIDENTS", "status", never)
    await asyncio.sleep(0.5)
    assert len(home.slack.replies("CINCIDENTS", never)) == 1
    assert not home.slack.replies("COPS", ts)


async def test_guests_learn_that_they_may_not_and_strangers_learn_nothing(home):
    place = next(
        c.id for c in home.slack.workspace.channels if "UGUEST" in c.members and "UCLOUDOPS" in c.members
    )
    before = len(home.slack.whispers("UGUEST"))
    ts = await home.slack.say("UGUEST", place, f"{BOT} what is unhealthy?")
    told = await home.slack.wait_for(lambda: home.slack.whispers("UGUEST")[before:], 10)
    assert "full members of this workspace only" in told[0]["text"]
    shared = await home.slack.say("UEVE", "CSHARED", f"{BOT} what is unhealthy?")
    ours = await home.slack.say("UALICE", "CSHARED", f"{BOT} what is unhealthy?")
    await asyncio.sleep(1.0)
    assert not home.slack.replies("CSHARED", shared)
    assert not home.slack.replies("CSHARED", ours)
    assert not home.slack.whispers("UEVE")
    assert not home.slack.replies(place, ts)
    refused = [row for row in await records(home) if row.body.get("decision") == "deny"]
    assert len(refused) >= 3


async def test_a_bots_message_starts_nothing(home):
    ts = await home.slack.say("BALERTS", "CINCIDENTS", f"{BOT} restart checkout")
    await asyncio.sleep(0.5)
    assert not home.slack.replies("CINCIDENTS", ts)


async def test_direct_messages_work_and_a_card_there_is_approved_on_home(home):
    dm = next(
        c.id
        for c in home.slack.workspace.channels
        if c.kind == "im" and "UALICE" in c.members and "UCLOUDOPS" in c.members
    )
    assert "alice" in (await home.ask("whoami", channel=dm))["text"]
    card = await home.ask("scale checkout in shop to 3", channel=dm)
    assert "Pending" in card["text"]
    await home.slack.do("home", user="UBOB", tab="home")
    shown = await home.slack.wait_for(lambda: published(home, "UBOB"), 10)
    assert "Scale checkout" in texts_of(shown["blocks"])


async def records(home):
    db = home.bot.core.db
    async with db.read() as tx:
        return await db.audit.find(tx, limit=2000)


def published(home, user):
    return home.slack.workspace.views.home(user)

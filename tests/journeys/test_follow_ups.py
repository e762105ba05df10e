"""What is answered without a mention: never, where the bot takes part, in every thread of the channel; direct messages always."""

import pytest
import pytest_asyncio

from tests.journeys.bot_house import BOT, POLICY, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
OURS = "UCLOUDOPS"
THREAD, NEVER, ALWAYS = "COPS", "CINCIDENTS", "CDEV"
MODES = POLICY.replace("  CAUDIT: {audit: true}", "  CDEV: {follow_up: always}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=MODES) as found, found.open():
        yield found


async def said(place, channel, thread, count):
    """The bot's messages of the thread, once there are as many."""

    def look():
        mine = [m for m in place.slack.replies(channel, thread) if m.get("user") == OURS]
        return mine if len(mine) >= count else None

    return await place.slack.wait_for(look, 20)


async def answered_later(place, channel):
    """Whatever was said before in that channel has been answered by now, or will not be."""
    ts = await place.slack.say("UBOB", channel, f"{BOT} whoami")
    await said(place, channel, ts, 1)
    await place.slack.wait_for(lambda: not place.bot.wired.work.running, 20)


async def silent(place, channel, thread, before=0):
    await answered_later(place, channel)
    mine = [m for m in place.slack.replies(channel, thread) if m.get("user") == OURS]
    assert len(mine) == before, [m["text"] for m in mine]


@pytest.mark.parametrize("channel", [THREAD, ALWAYS])
async def test_in_a_thread_of_the_bot_a_reply_needs_no_mention(place, channel):
    ts = await place.slack.say("UALICE", channel, f"{BOT} whoami")
    await said(place, channel, ts, 1)
    await place.slack.say("UBOB", channel, "whoami", ts)
    found = await said(place, channel, ts, 2)
    assert "You are: bob" in found[-1]["text"]


async def test_never_means_that_a_reply_is_answered_by_mention_alone_and_its_thread_is_still_ours(place):
    ts = await place.slack.say("UALICE", NEVER, f"{BOT} whoami")
    await said(place, NEVER, ts, 1)
    await place.slack.say("UBOB", NEVER, "whoami", ts)
    await silent(place, NEVER, ts, 1)
    await place.slack.say("UBOB", NEVER, f"{BOT} whoami", ts)
    await said(place, NEVER, ts, 2)


@pytest.mark.parametrize("channel", [THREAD, NEVER])
async def test_people_who_talk_among_themselves_are_not_spoken_to(place, channel):
    ts = await place.slack.say("UALICE", channel, "shall we have lunch?")
    await place.slack.say("UBOB", channel, "whoami", ts)
    await silent(place, channel, ts)


async def test_always_takes_every_thread_of_the_channel_and_no_message_that_stands_alone(place):
    ts = await place.slack.say("UALICE", ALWAYS, "who knows this?")
    await silent(place, ALWAYS, ts)
    await place.slack.say("UBOB", ALWAYS, "whoami", ts)
    found = await said(place, ALWAYS, ts, 1)
    assert "You are: bob" in found[0]["text"]


async def test_a_direct_message_needs_no_mention_in_a_thread_or_alone(place):
    ts = await place.slack.say("UALICE", "DALICE", "whoami")
    await said(place, "DALICE", ts, 1)
    await place.slack.say("UALICE", "DALICE", "whoami", ts)
    await said(place, "DALICE", ts, 2)


async def test_a_mode_is_of_its_channel_and_what_the_policy_does_not_name_follows_its_own_threads(place):
    """CAUDIT has no line: as `thread`."""
    ts = await place.slack.say("UBOB", "CAUDIT", f"{BOT} whoami")
    await said(place, "CAUDIT", ts, 1)
    await place.slack.say("UBOB", "CAUDIT", "whoami", ts)
    await said(place, "CAUDIT", ts, 2)
    alone = await place.slack.say("UDAN", "CAUDIT", "morning")
    await place.slack.say("UBOB", "CAUDIT", "whoami", alone)
    await silent(place, "CAUDIT", alone)

"""Invited to a channel of the local Slack: one message there, once, with what is really seen; its questions have answers."""

import asyncio

import pytest
import pytest_asyncio

from tests.journeys.bot_house import POLICY, house, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
RIGHTS = (
    '  - {subjects: ["person:carol"], role: viewer, channels: ["*"], clusters: ["*"], namespaces: ["shop"]}\n'
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    policy = POLICY.replace("environments:\n", f"{RIGHTS}environments:\n", 1)
    async with house(tmp_path_factory.mktemp("house"), policy=policy) as found, found.open():
        yield found


async def invited(place, name: str, user: str) -> str:
    """A channel that `user` made and then brought the bot into."""
    made = await place.slack.do("channels", user=user, name=name)
    channel = made["channel"]["id"]
    await place.slack.do("invitations", user=user, channel=channel, invited="UCLOUDOPS")
    return channel


def said(place, channel):
    return [m for m in place.slack.workspace.messages.all(channel) if m.get("user") == "UCLOUDOPS"]


async def test_it_says_what_it_sees_and_that_nothing_may_be_changed(place):
    channel = await invited(place, "new-here", "UCAROL")
    (message,) = await place.slack.wait_for(lambda: said(place, channel), 20)
    text = texts_of(message["blocks"])
    assert "with the rights of <@UCAROL>" in text and "cluster local: namespaces shop" in text
    assert "stg" not in text
    assert "Nothing. The policy lets nobody ask for a change in this channel." in text
    assert "cart in shop" in text and "map_review" in str(message["blocks"])
    asked = [e for b in message["blocks"] if b.get("block_id") == "firstday:ask" for e in b["elements"]]
    assert len(asked) == 3
    for each in asked:
        before = len(place.slack.replies(channel, message["ts"]))
        await place.click(message, each["action_id"], "UCAROL", channel)
        answer = await place.slack.wait_for(lambda n=before: place.slack.replies(channel, message["ts"])[n:], 20)  # fmt: skip
        words = texts_of(answer[0]["blocks"])
        assert "Evidence" in words or "read" in words, words
        assert "Not allowed" not in words and "Which one" not in words, words


async def test_invited_again_it_says_nothing_more(place):
    channel = await invited(place, "twice", "UCAROL")
    await place.slack.wait_for(lambda: said(place, channel), 20)
    place.slack.workspace.channels.get(channel).members.remove("UCLOUDOPS")
    await place.slack.do("invitations", user="UCAROL", channel=channel, invited="UCLOUDOPS")
    await asyncio.sleep(2)
    assert len(said(place, channel)) == 1


async def test_what_slack_does_not_take_at_first_is_said_once_when_it_does(place):
    await place.slack.do("faults", method="chat.postMessage", status=429, retry_after=1, times=2)
    channel = await invited(place, "late", "UCAROL")
    await place.slack.wait_for(lambda: said(place, channel), 40)
    await asyncio.sleep(2)
    assert len(said(place, channel)) == 1


async def test_whoever_may_see_nothing_there_learns_nothing_and_is_told_so(place):
    channel = await invited(place, "blind", "UALICE")
    (message,) = await place.slack.wait_for(lambda: said(place, channel), 20)
    text = texts_of(message["blocks"])
    assert "Nothing yet" in text and "shop" not in text

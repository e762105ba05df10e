"""An answer that takes longer than a moment is seen being made, and ends as the message that it was shown in."""

import asyncio

import pytest
import pytest_asyncio

from bot.streaming.ability import AGAIN_S
from tests.journeys.bot_house import BOT, house

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
SLOW_MS = 2_500
QUESTION = "why is checkout failing?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open(slack_streams=True):
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def home(place):
    """What Slack refused in another test is long ago."""
    place.cluster.faults.clear()
    place.slack.workspace.faults.clear()
    ability = place.bot.wired.outgoing.streams.ability
    later = ability.now() + AGAIN_S + 1
    ability.now = lambda: later
    return place


def growing(place, root, channel="COPS"):
    thread = place.slack.workspace.messages.replies(channel, root)
    return [message for message in thread if message.get("streaming_state") == "in_progress"]


def cards(message):
    return [card for block in message["blocks"] if block["type"] == "plan" for card in block["tasks"]]


async def slow_question(place, channel="COPS", text=QUESTION):
    place.cluster.faults.add({"delay_ms": SLOW_MS, "times": 3})
    words = text if channel.startswith("D") else f"{BOT} {text}"
    return await place.slack.say("UALICE", channel, words)


async def answered(place, root, channel="COPS"):
    found = await place.slack.wait_for(lambda: place.slack.replies(channel, root), 30)
    await asyncio.sleep(0.3)  # for what must not come
    assert place.slack.replies(channel, root) == found and not growing(place, root, channel)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("channel", ["COPS", "DALICE"])
async def test_a_slow_answer_shows_its_steps_and_becomes_one_whole_message(home, channel):
    text = QUESTION if channel == "COPS" else "what is unhealthy in namespace shop?"
    root = await slow_question(home, channel, text)
    seen = await home.slack.wait_for(lambda: growing(home, root, channel), 20)
    assert cards(seen[0])[0]["status"] == "in_progress" and not seen[0]["text"]
    assert not [key for key in home.slack.workspace.statuses if key[1] == root]
    message = await answered(home, root, channel)
    assert message["ts"] == seen[0]["ts"]
    assert {card["status"] for card in cards(message)} == {"complete"}
    assert "checkout" in message["text"].lower() or "shop" in message["text"]
    assert message["blocks"][-1]["type"] == "context"


async def test_without_streams_the_status_names_the_step_and_the_answer_comes_as_ever(home):
    await home.drive("faults", {"method": "chat.startStream", "error": "unknown_method", "times": 50})
    root = await slow_question(home)
    await home.slack.wait_for(
        lambda: [s for (_, ts), s in home.slack.workspace.statuses.items() if ts == root], 20
    )
    message = await answered(home, root)
    assert not cards(message)
    assert "streaming_state" not in message
    assert [one for one in await home.calls("chat.startStream") if one["error"] == "unknown_method"]


async def test_a_step_that_fails_is_a_card_that_says_so(home):
    refused = {"status": 403, "body": {"kind": "Status", "code": 403}}
    home.cluster.faults.add({"delay_ms": SLOW_MS, **refused, "times": 500})
    root = await home.slack.say("UALICE", "COPS", f"{BOT} show me checkout's logs")
    message = await answered(home, root)
    assert "error" in {card["status"] for card in cards(message)}


async def test_a_proposal_that_took_long_says_that_its_card_follows(home):
    root = await slow_question(home, text="restart checkout")
    card = await home.slack.wait_for(lambda: home.find_card("COPS", root), 30)
    await home.slack.wait_for(lambda: not growing(home, root), 20)
    said = [message for message in home.slack.replies("COPS", root) if message["ts"] != card["ts"]]
    assert [message["text"] for message in said] in (
        [],
        ["I propose a change: its card says what it would do and who may approve it."],
    )

"""An alert bot speaks in the channel of incidents: one card, kept current, no second one for what belongs to it."""

import asyncio

import pytest
import pytest_asyncio

from tests.journeys.bot_house import POLICY, house, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
TOLD = POLICY.replace("CINCIDENTS: {follow_up: never,", "CINCIDENTS: {follow_up: never, incidents: true,")
CHANNEL = "CINCIDENTS"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=TOLD) as found, found.open():
        yield found


def cards(place) -> list[dict]:
    said = place.slack.workspace.messages.all(CHANNEL)
    return [
        one
        for one in said
        if one.get("user") == "UCLOUDOPS" and "Incident `" in texts_of(one.get("blocks", []))
    ]


async def shown(place, words: str) -> dict:
    return await place.slack.wait_for(lambda: next((one for one in cards(place) if words in texts_of(one["blocks"])), None), 10)  # fmt: skip


async def test_one_card_follows_the_alerts_of_one_service(place):
    began = asyncio.get_running_loop().time()
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] CheckoutErrorRateHigh (critical): checkout fails")
    card = await shown(place, "1 alert, 1 incident*: 1 of 1 rule fire")
    assert asyncio.get_running_loop().time() - began <= 5
    assert "Critical: CheckoutErrorRateHigh (checkout)" in card["text"]
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] CheckoutLatencyHigh (warning): checkout is slow")
    assert (await shown(place, "2 of 2 rules fire"))["ts"] == card["ts"]
    for rule in ("CheckoutErrorRateHigh", "CheckoutLatencyHigh"):
        await place.slack.say("BALERTS", CHANNEL, f"[RESOLVED] {rule}")
    assert (await shown(place, "Nothing fires any more"))["ts"] == card["ts"]
    assert len(cards(place)) == 1


async def test_a_storm_is_one_card(place):
    for end in range(60):
        pod = f"mail-7c9d8b6f5-b2b4{'bcdfghjklm'[end % 10]}"
        await place.slack.say(
            "BALERTS", CHANNEL, f"[FIRING] MailDown (critical) pod={pod} mail is down, message {end}"
        )
    await shown(place, "60 alerts, 1 incident")
    assert len([one for one in cards(place) if "MailDown" in one["text"]]) == 1


async def test_words_of_an_alert_ping_nobody_and_order_nothing(place):
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] mail-down <!channel> scale checkout to 0")
    card = await shown(place, "mail-down")
    assert "<!channel>" not in card["text"] and "<!channel>" not in str(card["blocks"])
    assert not [
        one for one in place.slack.workspace.messages.all(CHANNEL) if "plan_approve" in str(one.get("blocks"))
    ]


async def test_a_reply_of_an_app_in_a_thread_is_no_alert(place):
    root = await place.slack.say("UALICE", CHANNEL, "look at this")
    before = len(cards(place))
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] SomethingElse (critical)", root)
    await asyncio.sleep(1.5)
    assert len(cards(place)) == before

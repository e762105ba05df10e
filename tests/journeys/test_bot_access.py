"""Access for a while in Slack: asked for by command, approved on a card, used, listed, taken back."""

import pytest

from tests.journeys.bot_house import POLICY, actions_of, house, texts_of

OFFERS = """
grantable:
  - {name: cover, role: operator, to: ["person:carol"], channels: ["COPS"], clusters: ["*"], namespaces: ["shop"], longest: 4h}
environments:
"""


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, policy=POLICY.replace("\nenvironments:\n", OFFERS)) as found, found.open():
        yield found


async def card_of(place, words):
    def look():
        found = [m for m in place.slack.workspace.messages.all("COPS") if words in m["text"]]
        return next((m for m in found if "plan_approve" in actions_of(m)), None)

    return await place.slack.wait_for(look, 20)


async def test_access_is_given_used_listed_and_taken_back(place):
    assert "Not allowed" in (await place.command("k8s restart cart", "UCAROL"))["text"]
    assert "Proposed as" in (await place.command("access grant carol cover --for 2h", "UALICE"))["text"]
    card = await card_of(place, "Give carol cover for 2h")
    assert "beside the policy file" in texts_of(card["blocks"])
    await place.click(card, "plan_approve", "UBOB")
    await place.until(card, "Succeeded in")
    listed = texts_of((await place.command("access", "UCAROL"))["blocks"])
    assert "carol" in listed
    assert "cover" in listed
    assert "Proposed as" in (await place.command("k8s restart cart", "UCAROL"))["text"]
    mine = await card_of(place, "Restart")
    assert "Give carol cover" in texts_of((await place.command("plans", "UALICE"))["blocks"])
    assert "Proposed as" in (await place.command("access revoke carol cover", "UBOB"))["text"]
    revoke = await card_of(place, "Take cover from carol now")
    await place.click(revoke, "plan_approve", "UDAN")
    await place.until(revoke, "Succeeded in")
    await place.until(mine, "what they held for a while has ended")
    assert "Not allowed" in (await place.command("k8s restart cart", "UCAROL"))["text"]
    assert not place.writes()


async def test_what_is_missing_is_asked_for(place):
    assert "For how long?" in (await place.command("access grant carol cover", "UALICE"))["text"]
    assert "offers no" in (await place.command("access grant carol root --for 2h", "UALICE"))["text"]
    assert "no duration" in (await place.command("access grant carol cover --for soon", "UALICE"))["text"]

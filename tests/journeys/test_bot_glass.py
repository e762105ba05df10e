"""A14 in Slack: the red button, the window that asks why, the loud post in the audit channel, the review."""

import pytest

from tests.journeys.bot_house import POLICY, actions_of, house, texts_of

ROLES = """
roles:
  viewer: ["monitoring:read", "kubernetes:read", "cost:read", "genai:use"]
  operator: ["viewer", "monitoring:write", "kubernetes:logs", "audit:read", "remediation:read", "remediation:execute"]
  approver: ["operator", "approve:low", "approve:medium", "approve:high"]
  admin: ["remediation:*", "users:*", "system:*"]
  breaker: ["remediation:break_glass"]
bindings:
  - {subjects: ["person:alice"], role: breaker, channels: ["COPS"], clusters: ["*"], namespaces: ["shop"]}
"""
FREEZE = 'freeze:\n  - {name: all year, from: "01-01", to: "12-31", environments: [production]}\n'
GLASS = POLICY.replace("\nbindings:\n", ROLES) + FREEZE
WHY = "checkout is down and nobody else is awake"


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, policy=GLASS) as found, found.open():
        yield found


def heard(place):
    return [m for m in place.slack.workspace.messages.all("CAUDIT") if m.get("bot_id")]


def plan_of(card):
    return next(e["value"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"])


def glass_button(card):
    return next(
        e
        for b in card["blocks"]
        if b["type"] == "actions"
        for e in b["elements"]
        if "glass" in e["action_id"]
    )


async def send(place, user, reason):
    window = (await place.windows(user))[-1]
    values = {"reason": {"text": {"type": "plain_text_input", "value": reason}}}
    return window, await place.slack.do("submissions", user=user, view_id=window["id"], values=values)


async def test_a14_glass_is_broken_in_a_freeze_told_aloud_and_reviewed_by_another_person(place):
    card = await place.card("scale cart to 3")
    button = glass_button(card)
    assert (button["style"], "Break the glass?" in button["confirm"]["title"]["text"]) == ("danger", True)
    await place.click(card, "plan_break_glass", "UBOB")
    refused = texts_of((await place.window("UBOB", "does not count"))["blocks"])
    assert "alice may" in refused
    assert "Pending" in place.now(card)["text"]
    await place.click(card, "plan_break_glass", "UALICE")
    window, short = await send(place, "UALICE", "now!")
    assert not short["ok"], "Slack itself asks for more words"
    assert "Break glass" in texts_of(window)
    _, sent = await send(place, "UALICE", WHY)
    assert sent["ok"], sent
    done = await place.until(card, "Succeeded in")
    assert "alice (broke the glass)" in texts_of(done["blocks"])
    assert "plan_break_glass" not in actions_of(done)
    assert place.replicas("cart") == 3
    loud = await place.slack.wait_for(
        lambda: next((m for m in heard(place) if "BREAK-GLASS" in m["text"]), None), 20
    )
    for words in (
        "BREAK-GLASS by alice",
        "Scale cart from 2 to 3 pods",
        WHY,
        "1 approval was missing, freeze all year",
    ):
        assert words in loud["text"], loud["text"]

    listed = await place.command("reviews", "UBOB")
    assert WHY in str(listed["blocks"])
    plan = plan_of(card)
    own = await place.command(f"reviews close {plan} it was me and it was fine", "UALICE")
    assert "stays open" in own["text"]
    closed = await place.command(f"reviews close {plan} the queue was full, right call", "UBOB")
    assert "Closed: the queue was full" in closed["text"]
    assert "No use of break-glass waits" in (await place.command("reviews", "UDAN"))["text"]
    told = await place.slack.wait_for(
        lambda: next((m for m in heard(place) if "reviewed by bob" in m["text"]), None), 20
    )
    assert "the queue was full, right call" in told["text"]


async def test_a14_a_post_that_slack_did_not_take_is_made_by_the_next_process(tmp_path):
    async with house(tmp_path, policy=GLASS) as place:
        async with place.open() as bot:
            card = await place.card("restart cart")
            bot.wired.record.coalescer.ask = lambda *_: None  # the process dies before it tells
            await place.click(card, "plan_break_glass", "UALICE")
            await send(place, "UALICE", WHY)
            await place.slack.wait_for(lambda: place.writes() or None, 20)
        assert not [m for m in heard(place) if "BREAK-GLASS" in m["text"]]
        async with place.open():
            await place.slack.wait_for(
                lambda: [m for m in heard(place) if "BREAK-GLASS" in m["text"]] or None, 20
            )
            await place.until(card, "Succeeded")
        assert len([m for m in heard(place) if "BREAK-GLASS" in m["text"]]) == 1

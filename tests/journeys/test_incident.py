"""An incident at night as people see it: declared in the channel, a change alone with its countdown, stopped by an approver."""

import asyncio

import pytest
import pytest_asyncio

from tests.journeys.bot_house import POLICY, actions_of, house, texts_of
from tests.journeys.test_bot_cards import plan_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
NIGHT = """duty:
  - {name: week, rota: {people: [alice], since: "2026-01-01"}}
incident: {actions: [scale], max_objects: 1, countdown: 60s}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=POLICY + NIGHT) as found, found.open():
        yield found


async def counting(place, words):
    card = await place.card(words)
    await place.click(card, "plan_approve", "UALICE")
    return card, await place.until(card, "Pending", seconds=10), await paged(place, card)


async def paged(place, card):
    def look():
        thread = place.slack.replies("COPS", card["thread_ts"])
        return next((m["text"] for m in thread if "runs this alone" in m["text"]), None)

    return await place.slack.wait_for(look, 20)


async def shown(place, card, words):
    def look():
        return words in texts_of(place.now(card)["blocks"]) or None

    await place.slack.wait_for(look, 30)
    return place.now(card)


async def raised(place, incident, user):
    """Whoever pressed the button for more room, once it counts."""
    asked, bot = next(a for a in actions_of(incident) if a.startswith("ask")), place.bot.core

    def refusals():
        said = [*place.slack.workspace.messages.all("COPS"), *place.slack.whispers("UALICE")]
        return sum("do not include approve:high" in m["text"] for m in said)

    before = refusals()
    sent = await place.click(incident, asked, user)
    assert sent["ok"], sent

    async def stored():
        return (await bot.incidents.open_in("TLOCAL", "COPS")).raised_by

    for _ in range(100):
        if by := await stored():
            return by
        if refusals() > before:
            return None
        await asyncio.sleep(0.1)
    raise AssertionError("no answer")


async def test_without_an_incident_nobody_approves_their_own(place):
    card = await place.card("scale cart to 3")
    assert "another person must approve" in await place.whispered(card, "plan_approve", "UALICE")
    await place.click(card, "plan_cancel", "UALICE")
    await place.until(card, "Cancelled")


async def test_an_incident_is_declared_for_all_to_hear_and_a_stop_holds_the_change_back(place):
    before = len(place.slack.whispers("UALICE"))
    said = await place.slack.do(
        "commands",
        user="UALICE",
        channel="COPS",
        command="/cloudops",
        text="incident declare checkout is down",
    )
    assert said["ok"]
    messages = place.slack.workspace.messages

    def heard():
        return next((m for m in messages.all("COPS") if "Incident declared by alice" in m["text"]), None)

    incident = await place.slack.wait_for(heard, 10)
    assert "after 60 s" in incident["text"]
    assert await raised(place, incident, "UALICE") is None
    assert (await raised(place, incident, "UDAN")).endswith(":UDAN")
    assert len(place.slack.whispers("UALICE")) == before
    card, _, page = await counting(place, "scale checkout to 3")
    assert "<@UBOB>" in page
    assert "<@UDAN>" in page
    now = await shown(place, card, "It begins")
    assert "plan_stop_countdown" in actions_of(now)
    await place.click(card, "plan_stop_countdown", "UDAN")
    now = await shown(place, card, "Countdown stopped")
    assert "plan_stop_countdown" not in actions_of(now)
    assert place.replicas() == 2
    await place.click(card, "plan_approve", "UBOB")
    await place.until(card, "Succeeded in")


async def test_what_nobody_stops_runs_after_a_minute_and_is_to_be_reviewed(place):
    card, _, _ = await counting(place, "scale cart to 4")
    done = await place.until(card, "Succeeded in", seconds=120)
    assert "alone, on duty in an incident" in texts_of(done["blocks"])
    assert place.replicas("cart") == 4
    (review,) = await place.bot.core.changes.reviews.waiting()
    assert review.plan.id == plan_of(card)
    whispered = await place.command("incident close it holds", "UCAROL")
    assert "Not allowed" in whispered["text"]

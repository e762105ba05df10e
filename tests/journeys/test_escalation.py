"""Approvals that nobody gives: whoever is on duty is told after three and after eight minutes, once each, until it is decided."""

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.escalation import KIND
from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE
from tests.journeys.bot_house import POLICY, house
from tests.journeys.test_bot_cards import plan_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
DUTY = """duty:
  - {name: week, rota: {people: [dan], since: "2026-01-01", timezone: Europe/Berlin}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with (
        house(tmp_path_factory.mktemp("house"), policy=POLICY + DUTY) as found,
        FaultProxy(found.slack._port) as line,
    ):
        found.line, found.address = line, f"http://127.0.0.1:{line.port}/api/"
        yield found


async def waits_since(place, card, minutes):
    """As if the plan had been proposed so long ago; of the sealed plan nothing is changed."""
    core, plan = place.bot.core, plan_of(card)
    look = place.bot.wired.escalation
    shifted = Shifted(core.clock, timedelta(minutes=minutes))
    look.core.clock, before = shifted, look.core.clock
    try:
        await look.look()
    finally:
        look.core.clock = before
    return plan


class Shifted:
    def __init__(self, clock, by):
        self.clock, self.by = clock, by

    def now(self):
        return self.clock.now() + self.by


def told(place, card):
    return [
        m["text"] for m in place.slack.replies("COPS", card["thread_ts"]) if "Nobody has decided" in m["text"]
    ]


async def unsent(place):
    db = place.bot.core.db
    return [row.kind for row in await db.read_whole(db.outbox.unsent)]


async def quiet(place):
    async with asyncio.timeout(20):
        while await unsent(place):  # noqa: ASYNC110  the store tells nobody
            await asyncio.sleep(0.05)


async def test_at_three_and_at_eight_minutes_once_each_and_after_a_restart_too(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale checkout to 3")
        await waits_since(place, card, 2.9)
        assert told(place, card) == []
        for _ in range(3):
            await waits_since(place, card, 3.1)
        (first,) = told(place, card)
        assert "<@UDAN>" in first
        assert "for 3 minutes" in first
    async with place.open(slack_api_url=place.address):
        await waits_since(place, card, 3.2)
        assert len(told(place, card)) == 1
        for _ in range(2):
            await waits_since(place, card, 8.1)
        assert ["for 8 minutes" in words for words in told(place, card)] == [False, True]
        calls = [c for c in await place.calls("chat.postMessage") if c["args"].get("channel") == "UDAN"]
        assert len(calls) == 1
        assert "Scale checkout" in str(calls[0])
        await place.click(card, "plan_approve")
        await place.until(card, "Succeeded in")


async def test_what_is_decided_is_not_escalated_nor_is_what_slack_had_not_taken_by_then(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale cart to 3")
        await quiet(place)
        await place.line.be(GONE)
        plan = await waits_since(place, card, 3.1)
        assert KIND in await unsent(place)
        click = await decided(place, plan)
        assert click.kind == "ended"
        await place.bot.wired.escalation.look()
        assert KIND not in await unsent(place)
        await place.line.be(CLEAN)
        await waits_since(place, card, 9)
        await asyncio.sleep(0.5)
        assert told(place, card) == []


async def decided(place, plan):
    from agents.changes.requests import Click
    from agents.people import Actor, Place

    dan, ops = Actor("TLOCAL", "UDAN", standing="member"), Place("TLOCAL", "COPS", "1.0")
    return await place.bot.core.changes.decide(Click(plan, dan, ops, "reject", "no", "c1"))


async def test_what_expires_unseen_is_said_in_the_audit_channel(place):
    async with place.open(slack_api_url=place.address):
        card = await place.card("scale checkout to 2")
        core, plan = place.bot.core, plan_of(card)
        before = core.changes._ledger.clock
        core.changes._ledger.clock = Shifted(before, timedelta(hours=2))
        try:
            await core.changes.tick()
        finally:
            core.changes._ledger.clock = before
        db = core.db

        async def planned():
            return await db.read_whole(lambda tx: tx.run(text("SELECT body FROM outbox WHERE kind='audit'")))

        for _ in range(100):
            found = [str(row.body) for row in await planned() if plan in str(row.body)]
            if found:
                break
            await asyncio.sleep(0.1)
        assert "Expired unseen" in found[0]

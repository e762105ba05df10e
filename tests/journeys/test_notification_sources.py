"""What is worth a notification, from what really happens: changes that end badly, plans that nobody decides, incidents of people, alarms."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio

from bot.auditwatch import SLOT, AuditWatch
from bot.commands.proof import proof
from bot.metrics import AUDIT_VERIFIED
from sandbox.receivers.server import Receivers
from storage.slots import Slots
from tests.journeys.bot_house import house
from tests.journeys.test_alerts_in_slack import CHANNEL, TOLD
from tests.journeys.test_bot_cards import plan_of
from tests.journeys.test_escalation import Shifted
from tests.journeys.test_notifications import at, later, until
from tests.servers.mail import mail_server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
ROUTES = """notifications:
  - {name: all, severity: info, to: ["email:oncall@example.com", pagerduty]}
duty:
  - {name: week, rota: {people: [dan], since: "2026-01-01"}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    with mail_server() as mails:
        async with (
            Receivers() as far,
            house(tmp_path_factory.mktemp("house"), policy=TOLD + ROUTES) as found,
            found.open(
                smtp_url=mails.url, smtp_from="cloudops@shop.example", pagerduty_routing_key="r" * 32,
                pagerduty_events_url=far.url,
            ),
        ):  # fmt: skip
            found.mails, found.far = mails, far
            yield found


def subjects(place, words):
    return [m["Subject"] for m in place.mails.taken if words in str(m)]


async def test_a_change_that_was_rolled_back_is_told_once_with_what_it_was(place):
    card = await place.card("set checkout memory to 30Mi")
    plan = plan_of(card)
    await place.click(card, "plan_approve")
    await place.until(card, "Rolled back in", seconds=60)
    (subject,) = await until(lambda: subjects(place, plan))
    assert subject.startswith("[warning] Rolled back")
    mail = next(m for m in place.mails.taken if plan in str(m)).get_body(("plain",)).get_content()
    assert "Asked by: alice" in mail
    assert "Environment: production" in mail
    place.bot.wired.notifying.sources._told.clear()
    await place.bot.wired.notifying.look()
    await later(place)
    assert len(subjects(place, plan)) == 1


async def test_a_plan_that_nobody_decides_about_is_told_and_so_is_that_it_was_decided(place):
    card = await place.card("scale cart to 3")
    plan = plan_of(card)
    for minutes in (7, 8.5, 9):
        async with at(place, Shifted(place.bot.core.clock, timedelta(minutes=minutes))):
            await place.bot.wired.notifying.sources.look()
        assert len(await mailed(place, plan, minutes)) == (minutes > 8)
    assert "waits for approval" in subjects(place, plan)[0]
    await place.click(card, "plan_cancel", "UALICE")
    await place.until(card, "Cancelled")
    await until(lambda: [s for s in subjects(place, plan) if s.startswith("[resolved]")])
    await until(lambda: [e for e in place.far.events if e["event_action"] == "resolve"])
    assert len(await mailed(place, plan)) == 2


async def mailed(place, words, minutes=0.0):
    await later(place, minutes)
    return subjects(place, words)


async def test_an_incident_that_a_person_declares_is_critical_until_it_is_closed(place):
    await place.ask("incident declare the warehouse burns")
    await until(lambda: "[critical] the warehouse burns" in subjects(place, "warehouse burns"))
    (alert,) = [a for a in place.far.alerts.values() if "warehouse" in a.summary]
    await place.ask("incident close it rained")
    await until(lambda: alert.state == "resolved")


async def test_who_takes_an_incident_is_told_to_pagerduty_and_who_escalates_it_tells_everybody(place):
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] CartSlow (warning) namespace=shop service=cart")
    alert = (await until(lambda: [a for a in place.far.alerts.values() if "CartSlow" in a.summary]))[0]
    assert alert.severity == "warning"

    def card():
        found = [
            m
            for m in place.slack.workspace.messages.all(CHANNEL)
            if "CartSlow" in m["text"] and m.get("blocks")
        ]
        return next(
            (m for m in found if any(b.get("block_id", "").startswith("incident") for b in m["blocks"])), None
        )

    shown = await until(card)
    names = [e["action_id"] for b in shown["blocks"] if b["type"] == "actions" for e in b["elements"]]
    take, escalate = (next(n for n in names if word in n) for word in ("assign", "escalate"))
    await place.click(shown, take, "UBOB", CHANNEL)
    await until(lambda: alert.state == "acknowledged")
    await place.click(shown, escalate, "UBOB", CHANNEL)
    await until(lambda: [s for s in subjects(place, "bob escalated it") if s.startswith("[critical]")])


async def test_a_database_that_is_away_for_a_minute_is_told_past_it_and_so_is_that_it_is_back(place):
    watch, clock = place.bot.wired.notifying.store, place.bot.core.clock
    with closing(sqlite3.connect(place.root / "app.db", timeout=20, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        await watch.look()
        assert not [a for a in place.far.alerts.values() if "database" in a.summary]
        for _ in range(2):
            async with at(place, Shifted(clock, timedelta(minutes=1.5))):
                await watch.look()
        (alert,) = [a for a in place.far.alerts.values() if "database" in a.summary]
        assert (alert.state, alert.severity, alert.triggers) == ("triggered", "critical", 1)
        db.execute("ROLLBACK")
    await watch.look()
    assert alert.state == "resolved"
    await until(
        lambda: "[warning] The database with plans and audit is back" in subjects(place, "It was away")
    )


def watches(place, hours=6):
    """Those of two processes, both up for a while."""
    core = place.bot.core
    long_ago = core.clock.now() - timedelta(hours=1)
    prove = partial(proof, core.settings, core.relays.alarm)
    return [AuditWatch(core.db, core.clock, prove, hours, since=long_ago) for _ in range(2)]


async def test_the_audit_is_verified_on_a_schedule_by_one_process_and_never_where_it_is_switched_off(place):
    def count(result="whole"):
        return AUDIT_VERIFIED.labels(result)._value.get()

    before, both = count(), watches(place)
    fresh = replace(both[0], since=None)
    await fresh.look()
    await watches(place, hours=0)[0].look()
    assert count() == before and fresh.looked == ""
    await asyncio.gather(*(one.look() for one in both * 2))
    assert count() == before + 1
    async with at(place, Shifted(place.bot.core.clock, timedelta(hours=6))):
        await asyncio.gather(*(one.look() for one in watches(place)))
    assert count() == before + 2


async def test_what_a_killed_process_left_of_it_is_taken_up_after_five_minutes_by_one_of_the_others(place):
    core, both = place.bot.core, watches(place, hours=5)
    before = AUDIT_VERIFIED.labels("whole")._value.get()
    stretch = f"5:{int(core.clock.now().timestamp() // (5 * 3600))}"
    await core.db.write_whole(partial(Slots(core.clock, "killed").first, name=SLOT, at=stretch))
    for minutes, proved in ((0, 0), (4, 0), (6, 1), (8, 1), (14, 1)):
        for one in both:
            one.clock = Shifted(core.clock, timedelta(minutes=minutes))
        await asyncio.gather(*(one.look() for one in both))
        assert AUDIT_VERIFIED.labels("whole")._value.get() == before + proved, minutes


async def test_an_audit_that_somebody_edited_is_critical_and_told_once_a_day(place):
    with closing(sqlite3.connect(place.root / "app.db", timeout=20, isolation_level=None)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'"
        )
        for (name,) in names.fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE audit_events SET body = replace(body, 'ALICE', 'ELICE') WHERE body LIKE '%ALICE%'")
    for one in watches(place, hours=1):  # nobody asks
        await one.look()
    await until(lambda: "[critical] The audit does not verify" in subjects(place, "audit_broken"))
    for _ in range(2):
        said = await place.ask("audit verify", "UBOB")
        assert "does not verify" in said["text"]
    await until(lambda: "[critical] The audit does not verify" in subjects(place, "audit_broken"))
    await place.bot.wired.notifying.look()
    await later(place)
    assert len(subjects(place, "audit_broken")) == 1


async def test_of_more_alarms_than_are_kept_one_by_one_the_rest_is_counted_by_name(place):
    sources = place.bot.wired.notifying.sources
    for n in range(103):
        sources.alarmed("duty_not_read", f"rota {n} is away")
    sources.alarmed("outcome_not_recorded", "plan_1")
    assert "[critical] The outcome of a change could not be recorded" in await until(
        lambda: subjects(place, "1 more of this alarm came")
    )
    with closing(sqlite3.connect(place.root / "app.db", timeout=20)) as db:
        told = db.execute("SELECT count(*) FROM notifications WHERE content LIKE '%rota % is away%'")
        assert told.fetchone()[0] == 200  # to two destinations
        rest = db.execute("SELECT count(*) FROM notifications WHERE content LIKE '%3 more of this alarm%'")
        assert rest.fetchone()[0] == 2

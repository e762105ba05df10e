"""Notifications out of a running bot: an incident by every way once, Slack away, servers that fail, quiet hours, dead letters."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio

from agents.notifications.event import Event
from bot.notify.heartbeat import Heartbeat
from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE
from sandbox.receivers.server import Receivers
from storage.clock import FixedClock
from storage.preferences import Preferences
from tests.journeys.bot_house import house, texts_of
from tests.journeys.test_alerts_in_slack import CHANNEL, TOLD
from tests.journeys.test_escalation import Shifted
from tests.servers.mail import mail_server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
ROUTES = """notifications:
  - {{name: all, severity: info, areas: [incident], to: ["slack:CINCIDENTS", "email:oncall@example.com", "webhook:{hook}", pagerduty]}}
  - {{name: chat, severity: info, areas: [cost], to: ["slack:COPS"], quiet_hours: "22:00-07:00", timezone: Europe/Berlin}}
  - {{name: hook, severity: info, areas: [access], to: ["webhook:{hook}"]}}
  - {{name: bot, severity: info, areas: [bot], to: ["email:admin@example.com"]}}
  - {{name: storm, severity: info, areas: [approval], to: ["email:admin@example.com"]}}
  - {{name: first, severity: info, areas: [change], to: ["email:first@example.com"], escalate_after: 5m, escalate_to: second}}
  - {{name: second, severity: critical, when: escalation, to: ["email:second@example.com", "person:dan"]}}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    with mail_server() as mails:
        async with Receivers() as far:
            policy = TOLD + ROUTES.format(hook=f"{far.url}/hook")
            home = house(tmp_path_factory.mktemp("house"), policy=policy)
            async with home as found, FaultProxy(found.slack._port) as line:
                found.mails, found.far, found.line = mails, far, line
                found.out = {
                    "slack_api_url": f"http://127.0.0.1:{line.port}/api/", "smtp_url": mails.url,
                    "smtp_from": "cloudops@shop.example", "pagerduty_routing_key": "r" * 32,
                    "pagerduty_events_url": far.url, "notify_webhook_secret": far.secret,
                }  # fmt: skip
                async with found.open(**found.out):
                    yield found


def event(name, area, severity="warning", **more):
    values = {
        "key": f"{name}:opened",
        "subject": name,
        "action": "trigger",
        "title": f"{name} is down",
        **more,
    }
    return Event(area=area, severity=severity, at=datetime.now(UTC), **values)


async def tell(place, *events):
    for one in events:
        await place.bot.wired.notifying.dispatch.tell(one)


@asynccontextmanager
async def at(place, clock):
    core = place.bot.core
    core.clock, before = clock, core.clock
    try:
        yield
    finally:
        core.clock = before


async def later(place, minutes=0.0, clock=None):
    """As if so much time had passed: what is due then is done."""
    async with at(place, clock or Shifted(place.bot.core.clock, timedelta(minutes=minutes))):
        await place.bot.wired.notifying.tending.look()
        await place.bot.wired.notifying.courier.look()
        await place.bot.wired.notifying.courier.settled()


async def rows(place, subject):
    db = place.bot.core.db
    found = await db.read_whole(lambda tx: db.notifications.about(tx, "TLOCAL", subject))
    return {(row.destination.split("/")[-1], row.action): row for row in found}


async def until(true, seconds=30.0):
    async with asyncio.timeout(seconds):
        while not (found := true()):  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.05)
    return found


def posts(place, words, channel="COPS"):
    return [m for m in place.slack.workspace.messages.all(channel) if words in m["text"]]


async def test_an_incident_goes_out_by_every_way_once_and_so_does_its_end(place):
    await place.slack.say(
        "BALERTS", CHANNEL, "[FIRING] CheckoutDown (critical) namespace=shop service=checkout"
    )
    mail = (await until(lambda: place.mails.about("CheckoutDown")))[0]
    (alert,) = await until(lambda: list(place.far.alerts.values()))
    (hook,) = await until(lambda: list(place.far.hooks.values()))
    assert (mail["To"], mail["Subject"]) == ("oncall@example.com", "[critical] CheckoutDown (checkout)")
    assert (alert.state, alert.severity, hook["type"]) == ("triggered", "critical", "incident.trigger")
    assert hook["channel"] == CHANNEL
    subject = hook["subject"]
    await until(lambda: posts(place, "CheckoutDown", CHANNEL)[1:])
    card = [m for m in posts(place, "CheckoutDown", CHANNEL) if "Incident `" in texts_of(m.get("blocks", []))]
    await later(place, 0.2)
    found = await rows(place, subject)
    assert found[("slack:CINCIDENTS", "trigger")].far_id == card[0]["ts"]
    assert len(posts(place, "CheckoutDown", CHANNEL)) == 2  # the alert itself, and the card
    await place.slack.say("BALERTS", CHANNEL, "[RESOLVED] CheckoutDown namespace=shop service=checkout")
    await until(lambda: alert.state == "resolved")
    await until(lambda: len(place.mails.about("CheckoutDown")) == 2)
    await until(lambda: len(place.far.hooks) == 2)
    for _ in range(3):
        place.bot.wired.notifying.sources._told.clear()
        await place.bot.wired.notifying.look()
        await later(place)
    assert [m["Subject"].split()[0] for m in place.mails.about("CheckoutDown")] == [
        "[critical]",
        "[resolved]",
    ]
    assert (alert.triggers, len(place.far.hooks), len(place.far.events)) == (1, 2, 2)


async def test_slack_is_away_and_what_is_critical_goes_by_mail_and_pagerduty_once_and_to_slack_when_it_is_back(
    place,
):
    calm, loud = event("calm-db", "cost"), event("loud-db", "cost", "critical")
    await place.line.be(GONE)
    async with at(place, noon()):
        await tell(place, calm, loud, loud)
    await until(lambda: place.mails.about("loud-db"))
    await until(lambda: [a for a in place.far.alerts.values() if "loud-db" in a.summary])
    assert posts(place, "loud-db") == []
    await place.line.be(CLEAN)
    await until(lambda: posts(place, "loud-db"), 60)
    await until(lambda: posts(place, "calm-db"), 60)
    for _ in range(3):
        await later(place, 2)
    found = await rows(place, "loud-db")
    assert {key[0]: row.state for key, row in found.items()} == {
        "slack:COPS": "sent",
        "email:oncall@example.com": "sent",
        "email:admin@example.com": "sent",
        "email:first@example.com": "sent",
        "email:second@example.com": "sent",
        "pagerduty": "sent",
    }
    assert (len(posts(place, "loud-db")), len(posts(place, "calm-db"))) == (1, 1)
    assert sorted(m["To"] for m in place.mails.about("loud-db")) == ["admin@example.com", "first@example.com", "oncall@example.com", "second@example.com"]  # fmt: skip
    assert place.mails.about("calm-db") == []


def noon():
    """Nobody's quiet hours, and over: what is due in the future waits."""
    now = datetime.now(UTC)
    today = now.replace(hour=11, minute=0)
    return FixedClock(today if today <= now else today - timedelta(days=1))


async def test_a_receiver_that_fails_is_tried_again_and_one_that_refuses_leaves_a_dead_letter_that_can_be_retried(
    place,
):
    place.far.answer("/hook", 500, 503)
    await tell(place, event("flaky", "access"))
    await until(
        lambda: len([t for t in place.far.tries if t[0] == "/hook"]) and not place.far._next["/hook"][1:]
    )
    for minutes in (0.5, 2, 10):
        await later(place, minutes)
    (row,) = (await rows(place, "flaky")).values()
    assert (row.state, row.attempts) == ("sent", 3)
    assert sum(h["subject"] == "flaky" for h in place.far.hooks.values()) == 1

    place.far.answer("/hook", 400)
    await tell(place, event("refused", "access"))
    told = (await until(lambda: place.mails.about("could not be delivered by webhook")))[0]
    assert "refuses it for good (400)" in told.get_body(("plain",)).get_content()
    (row,) = (await rows(place, "refused")).values()
    assert (row.state, row.attempts) == ("dead", 1)
    await later(place, 300)
    assert len(place.mails.about("could not be delivered")) == 1

    listed = await place.command("notifications dead", "UBOB")
    assert row.id in texts_of(listed["blocks"])
    assert "Not allowed" in (await place.command(f"notifications retry {row.id}", "UALICE"))["text"]
    assert "tried anew" in (await place.command(f"notifications retry {row.id}", "UBOB"))["text"]
    await until(lambda: any(h["subject"] == "refused" for h in place.far.hooks.values()))


async def test_quiet_hours_hold_a_warning_until_the_morning_and_let_what_is_critical_pass(place):
    night = datetime.now(UTC).replace(hour=23, minute=0, second=0) + timedelta(
        days=1
    )  # midnight in Berlin, or later
    async with at(place, FixedClock(night)):
        await tell(place, event("sleepy", "cost"), event("awake", "cost", "critical"), event("over", "cost"))
        await tell(place, event("over", "cost", key="over:end", action="resolve"))
    await later(place, clock=FixedClock(night + timedelta(hours=5)))
    assert len(posts(place, "awake")) == 1
    assert posts(place, "sleepy") == []
    (row,) = (await rows(place, "sleepy")).values()
    assert (row.state, row.held, row.due_at - night < timedelta(hours=9)) == ("waiting", "quiet hours", True)
    await later(place, clock=FixedClock(night + timedelta(hours=9)))
    assert len(posts(place, "sleepy")) == 1
    (row,) = (await rows(place, "over")).values()
    assert row.state == "dropped"
    assert posts(place, "over is down") == []


async def test_what_nobody_saw_goes_on_to_the_next_route_and_an_acknowledgement_ends_that(place):
    await tell(place, event("unseen", "change"), event("seen", "change"))
    await until(
        lambda: len(place.mails.about("unseen")) == 1 and len(place.mails.about("[warning] seen")) == 1
    )
    (row,) = (await rows(place, "seen")).values()
    assert (
        f"notifications ack {row.id}"
        in place.mails.about("[warning] seen")[0].get_body(("plain",)).get_content()
    )
    assert "bob is on it" in (await place.command(f"notifications ack {row.id}", "UBOB"))["text"]
    for minutes in (4, 6, 7):
        await later(place, minutes)
    assert [m["To"] for m in place.mails.about("unseen is down")] == [
        "first@example.com",
        "second@example.com",
    ]
    assert [m["To"] for m in place.mails.about("[warning] seen")] == ["first@example.com"]
    calls = [c for c in await place.calls("chat.postMessage") if c["args"].get("channel") == "UDAN"]
    assert len(calls) == 1


class SendsAndSleeps:
    """As a process that dies between the far end's answer and the note of it."""

    def __init__(self, way):
        self.way, self.done = way, asyncio.Event()

    async def send(self, delivery):
        await self.way.send(delivery)
        self.done.set()
        await asyncio.sleep(3600)


async def test_what_was_sent_and_not_noted_is_sent_again_under_the_same_name_and_says_so(place):
    courier = place.bot.wired.notifying.courier
    mail = courier.ways["email"]
    courier.ways["email"] = sleeping = SendsAndSleeps(mail)
    try:
        await tell(place, event("twice", "bot"))
        await asyncio.wait_for(sleeping.done.wait(), 20)
    finally:
        courier.ways["email"] = mail
    courier.stop()
    await until(lambda: len(place.mails.about("twice is down")) == 2)
    for _ in range(2):
        await later(place)
    one, two = place.mails.about("twice is down")
    assert one["Message-ID"] == two["Message-ID"]
    assert ["Sent again" in m.get_body(("plain",)).get_content() for m in (one, two)] == [False, True]
    (row,) = (await rows(place, "twice")).values()
    assert (row.state, row.attempts, row.unsure) == ("sent", 2, True)


async def test_a_person_s_own_quiet_hours_hold_what_goes_to_them_alone(place):
    db, now = place.bot.core.db, datetime.now(UTC)
    always = Preferences("TLOCAL", "TLOCAL:UDAN", quiet_from=f"{now - timedelta(hours=2):%H:%M}", quiet_until=f"{now + timedelta(hours=2):%H:%M}")  # fmt: skip
    await db.write_whole(lambda tx: db.preferences.set(tx, always))
    router = await place.bot.wired.notifying.dispatch.router("")
    await db.write_whole(lambda tx: db.preferences.forget(tx, "TLOCAL", "TLOCAL:UDAN"))
    found = {one.destination: one.held for one in router.along("second", event("q", "change"), now)}
    assert found == {"email:second@example.com": "", "slack:UDAN": "quiet hours"}


async def test_secrets_leave_by_no_way(place):
    secret = "xoxb-" + "1234567890-" * 2 + "abcdefghijklmnopqrstuvwx"
    leaky = event(
        "leaky",
        "incident",
        title=f"token {secret}",
        lines=(f"password={secret}",),
        facts=(("Token", secret),),
    )
    await tell(place, leaky)
    mail = (await until(lambda: [m for m in place.mails.taken if "token" in m["Subject"]]))[0]
    hook = await until(lambda: next((h for h in place.far.hooks.values() if h["subject"] == "leaky"), None))
    alert = await until(lambda: next((e for e in place.far.events if "token" in str(e.get("payload"))), None))
    assert secret not in "".join((mail.as_string(), str(hook), str(alert), str(await rows(place, "leaky"))))


async def test_the_heartbeat_stops_when_the_bot_is_not_ready(place):
    health = place.bot.health

    async def away():
        return "no answer"

    async with aiohttp.ClientSession() as http:
        heart = Heartbeat(http, f"{place.far.url}/heartbeat", health.report)
        await heart.beat()
        assert place.far.beats == 1
        health.components["database"], kept = away, health.components["database"]
        await heart.beat()
        assert place.far.beats == 1
        health.components["database"] = kept
        await heart.beat()
        assert place.far.beats == 2


async def test_a_test_of_a_route_goes_by_all_of_its_ways_and_names_that_do_not_exist_are_asked_back(place):
    said = await place.command("notifications test hook", "UBOB")
    assert "1 delivery" in said["text"]
    await until(lambda: any("test" in h["title"].lower() for h in place.far.hooks.values()))
    assert "hook" in (await place.command("notifications test hok", "UBOB"))["text"]


async def test_in_a_storm_a_route_sends_so_many_an_hour_and_one_message_that_counts_the_rest(place):
    calm = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12, minute=5)  # nothing of it is due yet
    async with at(place, FixedClock(calm)):
        await tell(place, *(event(f"storm {n}", "approval") for n in range(33)))
        await tell(place, event("storm worst", "approval", "critical"))
        await tell(place, event("storm 32", "approval"))
    hour = FixedClock(calm.replace(minute=57)), FixedClock(calm + timedelta(hours=1))
    for clock in hour[:1] * 8 + hour[1:] * 2:
        await later(place, clock=clock)
    told = [m for m in place.mails.taken if "storm" in m["Subject"] or "more notifications" in m["Subject"]]
    assert len(told) == 20 + 1 + 1, [m["Subject"] for m in told]
    assert sum("storm worst" in m["Subject"] for m in told) == 1
    (rest,) = [m for m in told if "more notifications" in m["Subject"]]
    assert rest["Subject"] == "[warning] 13 more notifications"
    assert "approval, warning: storm 20 is down" in rest.get_body(("plain",)).get_content()
    row = (await rows(place, "storm 32"))["email:admin@example.com", "trigger"]
    assert row.state == "dropped" and f"counted in {rest['X-CloudOps-Notification']}" in row.error

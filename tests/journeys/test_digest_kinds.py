"""Each kind of digest in the local Slack, over a real tenancy and cluster: what changed first, gaps named, judged by people."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from agents.digests.digest import KINDS
from agents.digests.standing import ACTOR
from bot.digests import Digests
from bot.notify.costs import CostEvents
from sandbox.oci.tenancy.file import TenancyFile
from sandbox.prometheus.alertmanager import Alertmanager
from sandbox.slack.validation.surfaces import check_message
from storage.clock import FixedClock
from storage.digests import DigestRow
from storage.feedback import USEFUL, USELESS, FeedbackRow
from tests.journeys.bot_house import POLICY, house, is_card, texts_of
from tests.unit.oci_running import running

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
RIGHTS = (
    '  - {subjects: ["person:digests"], role: teller, channels: ["COPS", "CINCIDENTS"], clusters: ["*"], namespaces: ["*"], compartments: ["*"]}\n'
    '  - {subjects: ["person:bob"], role: teller, channels: ["COPS", "CINCIDENTS"], clusters: ["*"], namespaces: ["*"], compartments: ["*"]}\n'
    '  - {subjects: ["person:dan"], role: accountant, channels: ["COPS"], compartments: ["*"]}\n'
)
ROLES = """roles:
  viewer: ["monitoring:read", "kubernetes:read", "cost:read", "genai:use"]
  operator: ["viewer", "monitoring:write", "kubernetes:logs", "iam:read", "audit:read", "remediation:read", "remediation:execute", "notifications:send"]
  approver: ["operator", "approve:low", "approve:medium", "approve:high"]
  admin: ["monitoring:*", "kubernetes:*", "remediation:*", "genai:*", "users:*", "system:*"]
  teller: ["monitoring:read", "kubernetes:read", "cost:read", "iam:read", "remediation:read"]
  accountant: ["cost:read"]
bindings:
"""
WORLD = (
    (
        POLICY.replace("groups:\n", '  - {id: "system:digest", name: digests}\ngroups:\n', 1)
        .replace("environments:\n", f"{RIGHTS}environments:\n", 1)
        .replace("bindings:\n", ROLES, 1)
        .replace("CINCIDENTS: {follow_up: never,", "CINCIDENTS: {follow_up: never, incidents: true,")
    )
    + 'digests:\n  - {name: morning, kind: operations, channel: COPS, cron: "0 6 * * *", timezone: "Europe/Vienna"}\n'
    + 'notifications:\n  - {name: money, severity: info, areas: [cost], to: ["slack:CINCIDENTS"]}\n'
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("house")
    alerts = Alertmanager(lambda: [{"alertname": "CheckoutFlaps", "namespace": "shop"}])
    await alerts.start()
    (root / "oci").mkdir()
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, root / "oci", speed=20) as local:
        async with house(root, policy=WORLD) as found:
            found.oci = local
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            more = {name.lower(): env[name] for name in names} | {"alertmanager_url": alerts.url}
            async with found.open(**more):
                yield found
    await alerts.stop()


def posted(place, words, channel="COPS"):
    mine = [m for m in place.slack.workspace.messages.all(channel) if m.get("user") == "UCLOUDOPS"]
    return [m for m in mine if words in m["text"]]


async def row(place, digest, kind, **more):
    db, now = place.bot.core.db, place.bot.core.clock.now()
    values = {"channel": "COPS", "cron": "0 * * * *", "zone": "UTC", "owner": ACTOR.id, "made_at": now}
    past = now - timedelta(hours=2)
    made = DigestRow(digest, **{"workspace": "TLOCAL", "kind": kind, **values, "last_at": past, **more})
    await db.write_whole(partial(db.digests.add, row=made))
    return made


class Later:
    """The core with a clock that is ahead."""

    def __init__(self, core, ahead):
        self._core, self.clock = core, FixedClock(core.clock.now() + ahead)

    def __getattr__(self, name):
        return getattr(self._core, name)


async def told(place, kind, hours, channel="COPS"):
    """What is posted when so many more hours have passed."""
    wired, before = place.bot.wired.digests, posted(place, KINDS[kind], channel)
    core = Later(place.bot.core, timedelta(hours=hours))
    await Digests(core, wired.outgoing, wired.directory, wired.out).look()
    fresh = [m for m in posted(place, KINDS[kind], channel) if m not in before]
    assert len(fresh) == 1, [m["text"] for m in fresh]
    return fresh[0]


def lines_of(message):
    return [
        line.split(" <")[0].split(" `")[0]
        for block in message["blocks"]
        for line in texts_of(block).splitlines()
        if line.startswith("• ")
    ]


SAYS = {
    "operations": ("Alarms that fire", "reports-storage"),
    "cost": ("USD in the week", "Forecast until", "train-recsys-1", "Budgets", "a month", "owner"),
    "access": ("Findings (CIS", "erin@shop.example", "Credentials older than 90 days", "Risky grants in Kubernetes"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAYS)
async def test_each_kind_is_taken_by_slack_and_complete_in_its_text(place, kind):
    shown = await place.ask(f"digest preview {kind}", user="UBOB")
    assert check_message(shown["blocks"]) == []
    assert shown["text"].startswith(f"*{KINDS[kind]}*")
    for words in SAYS[kind]:
        assert words in shown["text"]
    assert lines_of(shown)
    for line in lines_of(shown):
        assert line[2:60].strip() in shown["text"]
    charts = [block for block in shown["blocks"] if block["type"] == "data_visualization"]
    assert len(charts) == (kind == "cost")


async def test_the_policy_sets_one_up_and_chat_cannot_take_it_away(place):
    listed = await place.ask("when is the next digest?", user="UBOB")
    assert "morning" in texts_of(listed["blocks"])
    assert "The policy file sets morning up" in (await place.ask("digest remove morning", user="UBOB"))["text"]  # fmt: skip
    db = place.bot.core.db
    (mine,) = await db.read_whole(partial(db.digests.of, workspace="TLOCAL", owner=ACTOR.id))
    assert (mine.kind, mine.zone) == ("operations", "Europe/Vienna")


async def test_who_may_not_read_a_kind_gets_none_and_words_lead_to_the_same_commands(place):
    assert "iam:read" in (await place.ask("digest preview access", user="UCAROL"))["text"]
    assert "Weekly cost" in (await place.ask("show me the weekly cost digest", user="UBOB"))["text"]
    assert "Weekly cost" not in (await place.ask("don't send the weekly cost digest", user="UBOB"))["text"]


async def test_what_changed_since_the_last_one_comes_first_and_leads_somewhere(place):
    await row(place, "dig_ops", "operations", channel="CINCIDENTS", owner="TLOCAL:UBOB")
    await told(place, "operations", 0, "CINCIDENTS")
    assert "declared" in (await place.ask("incident declare payments are down", channel="CINCIDENTS"))["text"].lower()  # fmt: skip
    second = await told(place, "operations", 1, "CINCIDENTS")
    sections = [texts_of(block) for block in second["blocks"] if block["type"] == "section"]
    assert sections[1].startswith("*New: Incidents open*\n• payments are down")
    assert "`incident`" in sections[1]
    third = await told(place, "operations", 2, "CINCIDENTS")
    assert "New: Incidents open" not in third["text"]
    assert "incidents open 1 (payments are down" in third["text"].lower() or "As before: Incidents open" in third["text"]  # fmt: skip
    db = place.bot.core.db
    await db.write_whole(partial(db.digests.remove, digest="dig_ops"))


async def test_what_people_said_of_answers_stands_in_the_ledger(place):
    db, now = place.bot.core.db, place.bot.core.clock.now()
    votes = [FeedbackRow("TLOCAL", "COPS", "1.1", "req_1", f"person:{n}", word, now) for n, word in enumerate((USELESS, USELESS, USEFUL))]  # fmt: skip
    for one in votes:
        await db.write_whole(partial(db.feedback.vote, row=one))
    ledger = await place.ask("show the noise ledger", user="UBOB")
    assert "of my answers 1 were judged useful, 2 useless" in ledger["text"]
    assert "messages, judged useless 2, useful 1" in ledger["text"]


async def test_noise_is_counted_judged_by_people_and_quieted_by_a_proposal_alone(place):
    async def say(state, rule):
        await place.slack.say("BALERTS", "CINCIDENTS", f"[{state}] {rule} (warning) namespace=shop service=checkout")  # fmt: skip

    def card(words):
        mine = posted(place, words, "CINCIDENTS")
        return next((m for m in mine if "Incident `" in texts_of(m["blocks"])), None)

    await say("FIRING", "CheckoutFlaps")
    shown = await place.slack.wait_for(lambda: card("CheckoutFlaps"), 30)
    await say("RESOLVED", "CheckoutFlaps")
    over = await place.until(shown, "Nothing fires any more", "CINCIDENTS")
    said = await place.whispered(over, "said:useless", "UALICE", "CINCIDENTS")
    assert "CheckoutFlaps is useless" in said
    assert "Not allowed" in await place.whispered(over, "said:useful", "UCAROL", "CINCIDENTS")
    ledger = await place.ask("show me the noise ledger", user="UALICE", channel="CINCIDENTS")
    assert "CheckoutFlaps: fired 1 times in 1 incidents, acted on 0, over by itself 1, judged useless 1, useful 0; noise" in ledger["text"]  # fmt: skip
    assert "incident: 1 messages, acted on 0, judged useless 1" in ledger["text"]
    assert check_message(ledger["blocks"]) == []
    assert not place.writes()
    thread = ledger["thread_ts"]
    await place.click(ledger, "ask:0", "UALICE", "CINCIDENTS")
    made = await place.slack.wait_for(lambda: next((m for m in place.slack.workspace.messages.all("CINCIDENTS") if is_card(m)), None), 30)  # fmt: skip
    assert "Silence alert CheckoutFlaps in shop" in made["text"]
    assert thread
    assert "Pending" in made["text"]


async def test_costs_out_of_the_ordinary_and_budgets_are_told_once_a_look_to_the_routes_that_take_them(place):
    core, costs = place.bot.core, place.bot.wired.notifying.costs
    events = await costs.found("CINCIDENTS")
    assert any("data-science" in line for one in events for line in one.lines), events
    assert await CostEvents(core, costs.dispatch).found("CDEV") == []  # no rights there
    both = [CostEvents(core, costs.dispatch) for _ in range(2)]
    await asyncio.gather(*(one.look() for one in both))
    assert await place.slack.wait_for(lambda: posted(place, "budget", "CINCIDENTS"), 20)
    await asyncio.gather(*(CostEvents(core, costs.dispatch).look() for _ in both))
    async with core.db.read() as tx:
        counts = await core.db.notifications.counts(tx, "TLOCAL")
    assert sum(counts.values()) == len({one.key for one in events})

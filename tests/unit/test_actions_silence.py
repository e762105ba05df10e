"""Silences as changes, against the local Alertmanager with the real client."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agents.planner import Context, Kind, route
from sandbox.prometheus.alertmanager import Alertmanager as Server
from sandbox.prometheus.alertmanager import Trouble
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.approved import Approved
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.metrics.alertmanager import Alertmanager
from tools.plan import Draft, Effect, Observed
from tools.remediation.silence_create import SILENCE_CREATE
from tools.services.directory import Services
from tools.spec import Call

PLAN = "plan_01TEST"
FIRING = [
    {"alertname": "CheckoutErrors", "namespace": "shop"},
    {"alertname": "CheckoutErrors", "namespace": "other"},
    {"alertname": "SlowCart", "namespace": "shop"},
]


class Reaches:
    def namespace(self, cluster: str, namespace: str) -> bool:
        return namespace == "shop"

    def compartment(self, name: str) -> bool:
        return False


@pytest.fixture
async def server() -> Iterator[Server]:
    one = Server(lambda: FIRING)
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def clients(server: Server) -> Iterator[Clients]:
    client = Alertmanager(server.url)
    yield Clients(Clusters(()), Services.load(None), alerts=client)
    await client.close()


def call_of(clients: Clients, later: timedelta = timedelta(0)) -> Call:
    return Call(clients, datetime.now(UTC) + later, 5, Reaches(), PLAN)


async def planned(clients: Clients, **args) -> Draft:
    usual = {"alert": "CheckoutErrors", "namespace": "shop", "minutes": 30}
    return await SILENCE_CREATE.plan(call_of(clients), SILENCE_CREATE.args(**usual | args))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{step}")


async def test_a_silence_hushes_the_alert_in_its_namespace_alone_and_ends_when_it_is_taken_back(
    clients, server
):
    draft = await planned(clients, alert="checkouterrors")
    assert draft.title.startswith("Silence alert CheckoutErrors in shop until ")
    assert draft.blast.summary.startswith("1 alert(s) that fire now")
    assert str(draft.target) == "alertmanager/shop/alert/CheckoutErrors"
    await SILENCE_CREATE.apply(call_of(clients), approved(draft), "")
    assert (await SILENCE_CREATE.observe(call_of(clients), draft)).state is Observed.HOLDS
    states = {tuple(one["labels"].values()): one["status"]["state"] for one in await clients.alerts.alerts()}
    assert states == {
        ("CheckoutErrors", "shop"): "suppressed",
        ("CheckoutErrors", "other"): "active",
        ("SlowCart", "shop"): "active",
    }
    assert [c.path for c in (await SILENCE_CREATE.reread(call_of(clients), draft)).drift] == ["silences"]
    await SILENCE_CREATE.roll_back(call_of(clients), approved(draft, "rollback"))
    assert (await SILENCE_CREATE.observe_rollback(call_of(clients), draft)).state is Observed.HOLDS
    assert not server.silenced(FIRING[0])


async def test_an_alert_that_nobody_knows_is_asked_back_with_those_that_fire_there(clients):
    with pytest.raises(AskBack, match="fires there") as seen:
        await planned(clients, alert="Nope")
    assert seen.value.options == ("CheckoutErrors", "SlowCart")


async def test_no_alert_is_silenced_everywhere_or_where_the_person_may_not_look(clients):
    with pytest.raises(AskBack, match="Which namespace"):
        await planned(clients, namespace=None)
    with pytest.raises(NotAllowed, match="namespace other"):
        await planned(clients, namespace="other")


async def test_without_an_alertmanager_there_is_no_card():
    none = Clients(Clusters(()), Services.load(None))
    with pytest.raises(GiveUp, match="ALERTMANAGER_URL"):
        await planned(none)


async def test_a_silence_whose_time_is_over_is_not_sent(clients):
    draft = await planned(clients)
    with pytest.raises(GiveUp, match="is over"):
        await SILENCE_CREATE.dry_run(call_of(clients, timedelta(hours=1)), draft, "")


async def test_a_lost_answer_is_read_back_by_the_mark_and_a_silence_of_others_is_not_ours(clients, server):
    draft = await planned(clients)
    server.trouble = Trouble(lost=True)
    with pytest.raises(TryLater):
        await SILENCE_CREATE.apply(call_of(clients), approved(draft), "")
    assert await SILENCE_CREATE.effect(call_of(clients), draft, PLAN) is Effect.DONE
    other = await planned(clients, minutes=20)
    assert await SILENCE_CREATE.effect(call_of(clients), other, PLAN) is Effect.NONE
    await SILENCE_CREATE.roll_back(call_of(clients), approved(other, "rollback"))
    assert server.silenced(FIRING[0])


async def test_who_may_not_write_and_who_does_not_answer_are_told_apart(clients, server):
    draft = await planned(clients)
    server.trouble = Trouble(refused=frozenset({"POST"}))
    with pytest.raises(NotAllowed, match="Alertmanager"):
        await SILENCE_CREATE.apply(call_of(clients), approved(draft), "")
    await server.stop()
    await asyncio.sleep(0)
    seen = await SILENCE_CREATE.observe(call_of(clients), draft)
    assert (seen.state, seen.progress) == (Observed.UNREADABLE, "Alertmanager cannot be reached")


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("silence alert CheckoutErrors in shop for 30 minutes", {"alert": "CheckoutErrors", "namespace": "shop", "minutes": 30}),
        ("mute the alert SlowCart of checkout for 2h", {"alert": "SlowCart", "service": "checkout", "lasts": "2h"}),
    ],
)  # fmt: skip
def test_it_is_ordered_in_words(text, args):
    found = route(text, Context(CATALOG, NOW))
    assert (found.kind, found.tool, dict(found.args)) == (Kind.CHANGE, "silence_create", args)

"""Backends of load balancers: which one is meant, who is left to serve, what a change of two switches keeps as it is."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.contracts.actions.balancers import backend, balancer
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, approved, call_of, ordered, planned, put_back, sent, until
from tools.errors import AskBack, GiveUp
from tools.oracle.failures import Changed
from tools.plan import Observed
from tools.remediation.backend import TURN
from tools.spec import Risk

FIRST = "10.0.0.1:8080"


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    """Backends 1 and 2 answer: an instance runs behind them. 3 does not."""
    vnics = [
        {
            "name": f"vnic-{n}",
            "in": "prod",
            "fields": {"privateIp": f"10.0.0.{n}", "subnetId": "x", "availabilityDomain": "AD-1"},
        }
        for n in (1, 2)
    ]
    attached = [
        {
            "name": f"at-{n}",
            "in": "prod",
            "fields": {
                "instanceId": f"@instance/node-{n}",
                "vnicId": f"@vnic/vnic-{n}",
                "availabilityDomain": "AD-1",
            },
        }
        for n in (1, 2)
    ]
    core = {"Instance": instances(2), "Vnic": vnics, "VnicAttachment": attached}
    balancers = [
        balancer("shop-lb", backend(1, maxConnections=300), backend(2), backend(3)),
        balancer("pair-lb", backend(1), backend(3)),
        balancer("lone-lb", backend(1), backend(2, backup=True)),
        balancer("two-sets", backend(1), backend(2), admin=[backend(1)]),
        balancer("held-lb", backend(1, offline=True), backend(2, drain=True)),
    ]
    file = tenancy(resources={"core": core, "load_balancer": {"LoadBalancer": balancers}})
    with running(file, tmp_path, speed=50) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def first(local: Running, name: str):
    records = local.server.tenancy.records
    records.settle()
    return records.get(local.ocid("loadbalancer", name), "LoadBalancer").body["backendSets"]["web"][
        "backends"
    ][0]


async def test_a_drain_changes_two_switches_and_nothing_else_and_goes_back(at, local):
    before = dict(first(local, "shop-lb"))
    draft = await planned(at, "backend_drain", load_balancer="shop-lb", backend="10.0.0.1")
    assert draft.title == f"Drain backend {FIRST} of load balancer shop-lb"
    assert draft.target.name == f"shop-lb/web/{FIRST}"
    assert [(c.path, c.before, c.after) for c in draft.changes] == [("drain", "false", "true")]
    assert (draft.risk, draft.blast.percent, draft.blast.summary) == (
        Risk.MEDIUM,
        33,
        "1 of 3 backends that serve in web",
    )
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert first(local, "shop-lb") == before | {"drain": True}
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert first(local, "shop-lb") == before


async def test_a_work_request_that_ends_between_two_readings_is_no_failure(at, local):
    """What was read before its end shows the old values, and its work request is done: not a change that failed."""
    draft = await planned(at, "backend_drain", load_balancer="shop-lb", backend=FIRST)
    await sent(at, draft)

    async def ended(found):
        await until(at, draft)
        return await TURN.works(found)

    seen = await replace(TURN, works=ended).observe(call_of(at), draft)
    assert (seen.state, seen.facts["drain"]) == (Observed.HOLDS, "true")


@pytest.mark.parametrize(
    ("balancer_name", "words"),
    [
        ("lone-lb", "no other backend serves in web"),
        ("pair-lb", "none of the other 1 answers its health check"),
    ],
)
async def test_the_last_one_that_serves_is_said_and_is_high_risk(at, balancer_name, words):
    draft = await planned(at, "backend_drain", load_balancer=balancer_name, backend=FIRST)
    assert words in draft.warnings[0]
    assert "nothing answers there any more" in draft.warnings[0]
    assert (draft.risk, draft.blast.percent) == (Risk.HIGH, 100)


async def test_health_that_cannot_be_read_is_said(at, local):
    local.local("/local/faults", {"operation": "get_backend_set_health", "status": 404, "times": 1})
    draft = await planned(at, "backend_offline", load_balancer="shop-lb", backend=FIRST)
    assert any("could not be read" in said for said in draft.warnings)
    assert draft.risk is Risk.HIGH


async def test_what_is_brought_back_and_does_not_answer_gets_nothing_yet(at):
    draft = await planned(at, "backend_online", load_balancer="held-lb", backend=FIRST)
    assert [(c.path, c.before, c.after) for c in draft.changes] == [("offline", "true", "false")]
    assert (draft.risk, draft.blast.percent, draft.warnings) == (Risk.LOW, 0, ())
    assert ACTION["backend_online"].undone(draft).risk is Risk.MEDIUM


@pytest.mark.parametrize(
    ("args", "options"),
    [
        ({"load_balancer": "two-sets", "backend": FIRST}, ("10.0.0.1:8080 in backend set web", "10.0.0.1:8080 in backend set admin")),
        ({"load_balancer": "pair-lb", "backend": "10.9.9.9"}, ("10.0.0.1:8080 in backend set web", "10.0.0.3:8080 in backend set web")),
    ],
)  # fmt: skip
async def test_which_one_is_asked_never_guessed(at, args, options):
    with pytest.raises(AskBack) as seen:
        await planned(at, "backend_drain", **args)
    assert seen.value.options == options
    one = await planned(at, "backend_drain", load_balancer="two-sets", backend=FIRST, backend_set="admin")
    assert one.args["backend_set"] == "admin"


@pytest.mark.parametrize(
    ("action", "name", "words"),
    [
        ("backend_online", "shop-lb", "already"),
        ("backend_offline", "held-lb", "already"),
        ("backend_drain", "held-lb", "no connections to drain"),
    ],
)
async def test_what_changes_nothing_gets_no_card(at, action, name, words):
    with pytest.raises(GiveUp, match=words):
        await planned(at, action, load_balancer=name, backend=FIRST)


async def test_the_etag_is_that_of_the_whole_load_balancer_and_without_one_nothing_is_sent(at, local):
    draft = await planned(at, "backend_drain", load_balancer="shop-lb", backend=FIRST)
    action = ACTION["backend_drain"]
    precondition = (await action.reread(call_of(at), draft)).precondition
    records = local.server.tenancy.records
    records.change(records.get(local.ocid("loadbalancer", "shop-lb"), "LoadBalancer"), {}, local.clock())
    with pytest.raises(Changed):
        await action.apply(call_of(at), approved(draft), precondition)
    with pytest.raises(GiveUp, match="no etag"):
        await action.apply(call_of(at), approved(draft), "")
    assert first(local, "shop-lb")["drain"] is False


async def test_a_backend_that_was_taken_away_is_drift(at, local):
    draft = await planned(at, "backend_drain", load_balancer="shop-lb", backend=FIRST)
    records = local.server.tenancy.records
    balancer_ = records.get(local.ocid("loadbalancer", "shop-lb"), "LoadBalancer")
    balancer_.body["backendSets"]["web"]["backends"].pop(0)
    drift = (await ACTION["backend_drain"].reread(call_of(at), draft)).drift
    assert {change.after for change in drift} == {"(gone)"}


def test_words_that_order_it() -> None:
    found = ordered(f"take backend {FIRST} out of rotation on lb shop-lb")
    assert (found.tool, found.args) == ("backend_offline", {"backend": FIRST, "load_balancer": "shop-lb"})
    found = ordered(f"mark backend {FIRST} of load balancer shop-lb online")
    assert (found.tool, found.args) == ("backend_online", {"backend": FIRST, "load_balancer": "shop-lb"})

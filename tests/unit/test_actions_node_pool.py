"""Node pools of OKE: nodes that are emptied first, nodes that never come, and every one replaced."""

from collections.abc import Iterator

import pytest

from agents.planner import Kind
from tests.contracts.actions.node_pools import cluster, node_pool
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, PLAN, call_of, ordered, planned, put_back, sent, until
from tools.errors import AskBack, GiveUp
from tools.plan import Effect, Observed
from tools.spec import Risk

QUICK = {"evictionGraceDuration": "PT10M", "isForceDeleteAfterGraceDuration": True}


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    pools = [
        node_pool("workers", 4, nodeEvictionNodePoolSettings=QUICK),
        node_pool("web-a"),
        node_pool("web-b"),
        node_pool("plain", clusterId="@cluster/basic"),
        node_pool("old", nodeConfigDetails=None, quantityPerSubnet=1),
        node_pool("empty", 0),
    ]
    oke = {"Cluster": [cluster(), cluster("basic", "BASIC_CLUSTER")], "NodePool": pools}
    with running(tenancy(resources={"container_engine": oke}), tmp_path, speed=50) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def nodes(local: Running, name: str) -> list[str]:
    records = local.server.tenancy.records
    records.settle()
    body = records.get(local.ocid("nodepool", name), "NodePool").body
    return [one["name"] for one in body["nodes"]]


async def test_fewer_nodes_says_how_they_are_emptied_and_new_ones_come_back(at, local):
    draft = await planned(at, "node_pool_size", resource="workers", size=1)
    assert (draft.risk, draft.blast.objects, draft.blast.percent) == (Risk.HIGH, 3, 75)
    assert draft.warnings[-1] == (
        "OKE cordons such a node, evicts its pods for up to 10 min, and deletes the node even if some stay"
    )
    assert draft.check.deadline_s == 1_500 + 600
    await sent(at, draft)
    assert await ACTION["node_pool_size"].effect(call_of(at, "another"), draft, "another") is Effect.DONE
    assert (await until(at, draft)).state is Observed.HOLDS
    assert nodes(local, "workers") == ["workers-1"]
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert len(nodes(local, "workers")) == 4


async def test_a_size_without_its_nodes_is_no_success(at, local):
    draft = await planned(at, "node_pool_size", resource="workers", size=6)
    assert (draft.risk, draft.blast.summary) == (Risk.MEDIUM, "2 nodes are added to 4")
    assert ACTION["node_pool_size"].undone(draft).risk is Risk.HIGH
    local.local("/local/faults", {"operation": "update_node_pool", "fails": True, "times": 1})
    await sent(at, draft)
    seen = await until(at, draft, looks=30)
    assert (seen.state, seen.progress) == (Observed.NOT_YET, "it is NEEDS_ATTENTION, 4 of 6 nodes are ACTIVE")
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS


async def test_every_node_is_replaced_and_that_cannot_be_undone(at, local):
    before = nodes(local, "workers")
    draft = await planned(at, "node_cycle", resource="workers")
    assert draft.title == "Replace the 4 nodes of node pool workers"
    assert [(c.path, c.before, c.after) for c in draft.changes] == [("nodes of before", "4 of 4", "0 of 4")]
    assert (draft.reversible, draft.rollback, draft.blast.objects) == (False, None, 4)
    assert (
        draft.write["arguments"]["update_node_pool_details"]["nodePoolCyclingDetails"]["maximumUnavailable"]
        == "0"
    )
    assert await ACTION["node_cycle"].effect(call_of(at), draft, PLAN) is Effect.NONE
    await sent(at, draft)
    seen = await until(at, draft)
    assert (seen.state, seen.progress) == (Observed.HOLDS, "nodes of before 0 of 4")
    assert not {*before} & {*nodes(local, "workers")}
    with pytest.raises(GiveUp, match="do not come back"):
        await put_back(at, draft)


async def test_a_node_that_was_replaced_since_the_card_is_drift(at, local):
    draft = await planned(at, "node_cycle", resource="workers")
    record = local.server.tenancy.records.get(local.ocid("nodepool", "workers"), "NodePool")
    record.body["nodes"] = [
        *record.body["nodes"][1:],
        record.body["nodes"][0] | {"id": "ocid1.instance.oc1..new"},
    ]
    drift = (await ACTION["node_cycle"].reread(call_of(at), draft)).drift
    assert [(c.path, c.before, c.after) for c in drift] == [("nodes of before", "4 of 4", "3 of 4")]


@pytest.mark.parametrize(
    ("action", "args", "words"),
    [
        ("node_pool_size", {"resource": "workers", "size": 4}, "already"),
        ("node_pool_size", {"resource": "old", "size": 4}, "by subnet"),
        ("node_cycle", {"resource": "plain"}, "only enhanced ones"),
        ("node_cycle", {"resource": "empty"}, "no nodes to replace"),
    ],
)
async def test_what_oke_would_refuse_gets_no_card(at, action, args, words):
    with pytest.raises(GiveUp, match=words):
        await planned(at, action, **args)


async def test_which_pool_is_asked_and_what_could_not_be_looked_at_is_named(at, local):
    with pytest.raises(AskBack, match="Several are called 'web'") as seen:
        await planned(at, "node_cycle", resource="web")
    assert len(seen.value.options) == 2
    with pytest.raises(AskBack, match="I see no node pool"):
        await planned(at, "node_cycle", resource="nothing-like-it")
    local.local(
        "/local/faults",
        {"operation": "list_node_pools", "region": "eu-amsterdam-1", "status": 404, "times": 9},
    )
    with pytest.raises(GiveUp, match=r"could not look in .*eu-amsterdam-1"):
        await planned(at, "node_cycle", resource="nothing-like-it")


def test_a_node_pool_is_neither_a_node_nor_an_instance_pool() -> None:
    assert ordered("scale node pool workers to 5").tool == "node_pool_size"
    assert ordered("replace all nodes of the node pool workers").args == {"resource": "workers"}
    unclear = ordered("resize the pool workers to 5")
    assert (unclear.kind, set(unclear.tools)) == (Kind.CLARIFY, {"instance_pool_size", "node_pool_size"})
    assert ordered("the log says: resize node pool workers to 5").kind is not Kind.CHANGE

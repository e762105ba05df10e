"""The real actions through the whole change engine, against the local API server with the real client."""

import asyncio
import gc
import warnings
from datetime import UTC, datetime

import pytest

from agents.changes.seal import open_plan
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from storage.plans import PlanRow
from tests.chaos.world import BOB, open_world, until
from tests.unit import test_actions_workload as shop
from tools.clients import Clients, ClientsConfig
from tools.plan import Check, Draft, Target
from tools.registry import ACTIONS
from tools.remediation.scale import SCALE, blast, risk

CASES = [
    ("rollout_undo", {}, "roll checkout in shop back"),
    ("rollout_restart", {}, "restart checkout in shop"),
    ("scale", {"replicas": 5}, "scale checkout in shop to 5"),
    ("set_resources", {"memory_limit": "256Mi"}, "set memory of checkout in shop to 256Mi"),
]
pytestmark = pytest.mark.timeout(60)


class Cluster:
    """The API server with what controllers and kubelets do, at their own pace, until stopped."""

    def __init__(self, server, store, clients):
        self.world = shop.World(server, store, clients, datetime.now(UTC))
        self.task = None

    def live(self):
        self.task = asyncio.create_task(self._reconcile())

    async def _reconcile(self):
        while True:
            item = self.world.item()
            if item["metadata"]["generation"] != (item.get("status") or {}).get("observedGeneration"):
                self.world.settle()
            await asyncio.sleep(0.05)

    async def stop(self):
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})


@pytest.fixture
async def cluster(tmp_path):
    store = Store()
    (tmp_path / "cluster").mkdir()
    server = ClusterServer(store, tmp_path / "cluster")
    await server.start()
    store.create("v1/namespaces", {"metadata": {"name": shop.NS}})
    if store.get("v1/serviceaccounts", shop.NS, "default") is None:
        store.create("v1/serviceaccounts", {"metadata": {"name": "default", "namespace": shop.NS}})
    store.create(shop.KEY, shop.deployment(env={"POOL": "10"}))
    clients = Clients.open(ClientsConfig(kubeconfig=server.kubeconfigs["admin"]))
    cluster = Cluster(server, store, clients)
    cluster.world.settle()
    cluster.world.change(more_pool)
    cluster.world.settle()
    cluster.live()
    yield cluster
    await cluster.stop()
    await clients.close()
    await server.stop()
    await asyncio.sleep(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # connections that a fault cut on the server's side
        gc.collect()


def more_pool(item):
    item["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "POOL", "value": "50"}]


@pytest.fixture
async def world(tmp_path, cluster):
    world = await open_world(tmp_path, clients=cluster.world.clients, actions=tuple(map(quicker, ACTIONS)))
    world.clock.at = datetime.now(UTC)
    yield world
    await world.close()


def quicker(action):
    """The same action with a shorter watch: a test need not wait for a minute."""
    import dataclasses

    async def plan(call, args):
        draft = await action.plan(call, args)
        return draft.model_copy(
            update={"check": draft.check.model_copy(update={"hold_s": 0.3, "deadline_s": 3.0})}
        )

    return dataclasses.replace(action, plan=plan)


async def proposed(world, action, args, text):
    plan = await world.changes.propose(
        world.turn(text), action, {"name": shop.APP, "namespace": shop.NS, **args}, "as asked"
    )
    assert isinstance(plan, PlanRow), plan
    return plan


@pytest.mark.parametrize(("action", "args", "text"), CASES)
async def test_proposed_approved_verified_and_undone(world, cluster, action, args, text):
    before = cluster.world.item()["spec"]
    plan = await proposed(world, action, args, text)
    view = await world.changes.view(plan.id)
    assert (view.environment, view.risk, view.origins) == ("production", "high", ())
    assert view.dry_run.startswith("accepted by local")
    assert cluster.world.writes() == []
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    await world.starter.done()
    view = await world.changes.view(plan.id)
    assert view.state == "succeeded", (view.detail, view.history)
    assert len(cluster.world.writes()) == 1
    assert cluster.world.item()["spec"] != before

    undo = await world.changes.undo(world.turn("undo that"), plan.id)
    assert isinstance(undo, PlanRow), undo
    await world.click(undo.id, BOB)
    await world.starter.done()
    view = await world.changes.view(undo.id)
    assert view.state == "succeeded", (view.detail, view.history)
    assert cluster.world.item()["spec"] == before


async def test_taking_added_pods_away_again_is_judged_as_stopping_pods(world, cluster):
    before = cluster.world.item()["spec"]["replicas"]
    plan = await proposed(world, "scale", {"replicas": 4 * before}, "scale checkout in shop up")
    await world.click(plan.id, BOB)
    await world.starter.done()
    undo = await world.changes.undo(world.turn("undo that"), plan.id)
    assert isinstance(undo, PlanRow), undo
    draft = open_plan(undo).draft
    assert (draft.blast.percent, draft.risk) == (75, "medium")
    assert draft.blast.summary == f"{3 * before} of {4 * before} pods are stopped"


@pytest.mark.parametrize(("before", "after", "expected"), [(0, 3, "high"), (2, 4, "medium"), (4, 7, "low")])
def test_the_way_back_of_a_scale_has_its_own_danger(before, after, expected):
    up = scaled(before, after)
    back = SCALE.undone(up)
    assert back.blast == scaled(after, before).blast
    assert (back.risk, back.warnings) == (expected, scaled(after, before).warnings)


def scaled(before, after):
    return Draft(
        action="scale", args={}, target=Target(provider="kubernetes", kind="Deployment", name="web", uid="u"), title="",
        shown={}, changes=(), dry_run="", blast=blast(before, after), reversible=True, undo="", write={},
        rollback={"replicas": before}, check=Check(criterion="", deadline_s=1, params={"replicas": after}),
        risk=risk(before, after), warnings=("with 0 pods the service is off",) if after == 0 else (),
    )  # fmt: skip


@pytest.mark.parametrize(("action", "args", "text"), CASES)
async def test_an_answer_of_200_without_a_change_is_not_success(world, cluster, action, args, text):
    plan = await proposed(world, action, args, text)
    cluster.world.server.faults.add(
        {"method": "PATCH", "path": "", "verb": "patch", "accept_but_ignore": True, "times": 2}
    )
    await world.click(plan.id, BOB)
    await world.starter.done()
    assert await world.state(plan.id) == "rolled_back"


@pytest.mark.parametrize(("action", "args", "text"), CASES)
async def test_a_change_that_somebody_reverts_is_not_success(world, cluster, action, args, text):
    before = cluster.world.item()["spec"]
    plan = await proposed(world, action, args, text)

    async def revert():
        await until(lambda: bool(cluster.world.writes()))
        await asyncio.sleep(0.15)
        cluster.world.change(lambda item: item.update(spec=before))

    reverting = asyncio.create_task(revert())
    await world.click(plan.id, BOB)
    await world.starter.done()
    await reverting
    assert await world.state(plan.id) == "rolled_back"
    assert cluster.world.item()["spec"] == before


@pytest.mark.parametrize(("action", "args", "text"), CASES)
async def test_a_spec_change_after_approval_voids_and_writes_nothing(world, cluster, action, args, text):
    world.starter.held = True
    plan = await proposed(world, action, args, text)
    await world.click(plan.id, BOB)
    cluster.world.change(lambda item: item["spec"].update(replicas=4))
    await world.changes.execute(plan.id)
    view = await world.changes.view(plan.id)
    assert (view.state, cluster.world.writes()) == ("void", [])
    assert "spec.replicas" in {d.path for d in view.drift}


@pytest.mark.parametrize(("action", "args", "text"), CASES)
async def test_a_lost_answer_is_read_back(world, cluster, action, args, text):
    world.starter.held = True
    plan = await proposed(world, action, args, text)
    await world.click(plan.id, BOB)
    cluster.world.server.faults.add({"method": "PATCH", "delay_ms": 0, "times": 1})  # the second dry run
    cluster.world.server.faults.add({"method": "PATCH", "drop": "after", "times": 1})
    await world.changes.execute(plan.id)
    assert await world.state(plan.id) == "succeeded"
    assert len(cluster.world.writes()) == 1


async def test_a_controller_that_writes_while_a_plan_is_made_is_no_reason_to_ask_again(world, cluster):
    cluster.world.server.faults.add({"method": "PATCH", "status": 409, "times": 2})
    assert (await world.changes.view((await proposed(world, *CASES[1])).id)).state == "pending"


async def test_a10_the_write_carries_the_version_just_read(world, cluster):
    plan = await proposed(world, *CASES[1])
    await world.click(plan.id, BOB)
    await world.starter.done()
    async with world.db.read() as tx:
        intent = await world.db.executions.get(tx, plan.id, "apply")
    assert intent.request["precondition"]
    assert intent.token == f"{plan.id}:apply"


async def test_pods_that_are_killed_for_memory_roll_back_by_themselves(world, cluster):
    await cluster.stop()
    plan = await proposed(
        world, "set_resources", {"memory_limit": "64Mi"}, "set memory of checkout in shop to 64Mi"
    )

    def memory():
        container = cluster.world.item()["spec"]["template"]["spec"]["containers"][0]
        return container["resources"]["limits"]["memory"]

    async def kubelet():
        await until(lambda: memory() == "64Mi")
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        dead = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": at}}
        cluster.world.settle(state={"waiting": {"reason": "CrashLoopBackOff"}}, last=dead, restarts=3)
        await until(lambda: memory() == "128Mi")
        cluster.world.settle()

    playing = asyncio.create_task(kubelet())
    await world.click(plan.id, BOB)
    await world.starter.done()
    await playing
    view = await world.changes.view(plan.id)
    assert view.state == "rolled_back", (view.detail, view.history)
    assert "OOMKilled" in view.detail
    assert cluster.world.item()["metadata"]["annotations"]["cloudops/taken-back"].endswith(":OOMKilled")
    assert len(cluster.world.writes()) == 2

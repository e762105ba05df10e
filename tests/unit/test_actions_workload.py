"""The four workload actions against the local API server with the real client: plan, dry run, write, judge, take back."""

import asyncio
import gc
import json
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from tools.approved import Approved
from tools.clients import Clients, ClientsConfig
from tools.cluster.answers import Conflict
from tools.cluster.templates import fingerprint
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.plan import Effect, Observed
from tools.registry import ACTIONS
from tools.spec import Call, Risk

NS, APP = "shop", "checkout"
KEY = "apps/v1/deployments"
ACTION = {a.name: a for a in ACTIONS}


class Everything:
    def namespace(self, cluster, namespace):
        return True

    def compartment(self, name):
        return True


@dataclass
class World:
    server: ClusterServer
    store: Store
    clients: Clients
    now: datetime

    @property
    def call(self):
        return Call(self.clients, self.now, 15.0, Everything())

    def item(self):
        return self.store.get(KEY, NS, APP)

    def change(self, edit):
        item = self.item()
        edit(item)
        return self.store.replace(KEY, item)

    def writes(self):
        return [r for r in self.server.requests if r.method in {"PATCH", "PUT", "DELETE"} and not r.dry_run]

    def settle(self, **pod):
        """What controllers and kubelet would do: a ReplicaSet for the template, its pods, and the counters."""
        item = self.item()
        wanted, template = item["spec"]["replicas"], item["spec"]["template"]
        revision = self._replicaset(item, template)
        for old in self.store.list("v1/pods", NS):
            self.store.delete("v1/pods", NS, old["metadata"]["name"], grace_seconds=0)
        rs = self.store.get("apps/v1/replicasets", NS, revision)
        for number in range(wanted):
            self._pod(rs, template, number, **pod)
        counters = (
            {} if pod else dict.fromkeys(("updatedReplicas", "readyReplicas", "availableReplicas"), wanted)
        )
        generation = self.item()["metadata"]["generation"]
        self.store.patch_status(
            KEY, NS, APP, {"replicas": wanted, "observedGeneration": generation, **counters, "conditions": []}
        )

    def _replicaset(self, item, template):
        sets = self.store.list("apps/v1/replicasets", NS)
        number = str(
            max([0, *(int(s["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) for s in sets)])
            + 1
        )
        same = [
            s for s in sets if s["spec"]["template"]["spec"] == template["spec"] and s["metadata"]["name"]
        ]
        same = [
            s
            for s in same
            if (s["spec"]["template"]["metadata"].get("annotations") or {})
            == (template["metadata"].get("annotations") or {})
        ]
        if same:
            found = same[0]
            found["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = number
            self.store.replace("apps/v1/replicasets", found)
            return found["metadata"]["name"]
        name = f"{APP}-{number}"
        labels = {**template["metadata"]["labels"], "pod-template-hash": number}
        self.store.create("apps/v1/replicasets", {
            "metadata": {"name": name, "namespace": NS, "labels": labels, "annotations": {"deployment.kubernetes.io/revision": number}, "ownerReferences": [owner("apps/v1", "Deployment", item)]},
            "spec": {"replicas": item["spec"]["replicas"], "selector": {"matchLabels": labels}, "template": {**template, "metadata": {**template["metadata"], "labels": labels}}},
        })  # fmt: skip
        return name

    def _pod(self, rs, template, number, *, state=None, last=None, restarts=0):
        ready = state is None
        name = f"{rs['metadata']['name']}-{number}"
        self.store.create("v1/pods", {
            "metadata": {"name": name, "namespace": NS, "labels": rs["metadata"]["labels"], "ownerReferences": [owner("apps/v1", "ReplicaSet", rs)]},
            "spec": {**template["spec"], "nodeName": "n1"},
        })  # fmt: skip
        self.store.patch_status("v1/pods", NS, name, {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": [{"name": "app", "image": "x", "imageID": "", "ready": ready, "restartCount": restarts, "state": state or {"running": {}}, "lastState": last or {}}],
        })  # fmt: skip


def owner(version, kind, item):
    meta = item["metadata"]
    return {"apiVersion": version, "kind": kind, "name": meta["name"], "uid": meta["uid"], "controller": True}


def deployment(image="shop:1", env=None, replicas=3):
    container = {
        "name": "app",
        "image": image,
        "env": [{"name": k, "value": v} for k, v in (env or {}).items()],
        "resources": {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}},
    }
    return {
        "metadata": {"name": APP, "namespace": NS, "labels": {"app": APP}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": APP}},
            "template": {"metadata": {"labels": {"app": APP}}, "spec": {"containers": [container]}},
        },
    }


@pytest.fixture
async def world(tmp_path):
    store = Store()
    server = ClusterServer(store, tmp_path)
    await server.start()
    store.create("v1/namespaces", {"metadata": {"name": NS}})
    store.create("v1/serviceaccounts", {"metadata": {"name": "default", "namespace": NS}}) if store.get(
        "v1/serviceaccounts", NS, "default"
    ) is None else None
    store.create(KEY, deployment(env={"POOL": "10", "DB_PASSWORD": "hunter2-old"}))
    clients = Clients.open(ClientsConfig(kubeconfig=server.kubeconfigs["admin"]))
    made = World(server, store, clients, datetime.now(UTC))
    made.settle()
    yield made
    await clients.close()
    await server.stop()
    await asyncio.sleep(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # connections that a fault cut on the server's side
        gc.collect()


@pytest.fixture
async def released(world):
    """Revision 2 is out: a bigger pool, another password."""

    def edit(item):
        item["spec"]["template"]["spec"]["containers"][0]["env"] = [
            {"name": "POOL", "value": "50"},
            {"name": "DB_PASSWORD", "value": "hunter2-new"},
        ]

    world.change(edit)
    world.settle()
    return world


async def drafted(world, name, **args):
    action = ACTION[name]
    return action, await action.plan(world.call, action.args(namespace=NS, name=APP, **args))


def approved(draft, plan_id="plan_1"):
    return Approved(plan_id, "hash", draft, "alice", ("bob",), f"{plan_id}:1")


async def applied(world, action, draft, plan_id="plan_1"):
    again = await action.reread(world.call, draft)
    assert again.drift == ()
    return await action.apply(world.call, approved(draft, plan_id), again.precondition)


CASES = [
    ("rollout_undo", {}),
    ("rollout_restart", {}),
    ("scale", {"replicas": 5}),
    ("set_resources", {"memory_limit": "256Mi"}),
    ("set_image", {"image": "shop:2"}),
]


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_planning_writes_nothing_and_is_json(released, name, args):
    _, draft = await drafted(released, name, **args)
    assert released.writes() == []
    assert json.loads(draft.model_dump_json())["action"] == name
    assert draft.dry_run.startswith("accepted by local")
    assert draft.rollback is not None
    assert draft.before["pods ready"] == "3/3"
    assert draft.target.uid == released.item()["metadata"]["uid"]
    assert [r for r in released.server.requests if r.dry_run], "the server was not asked"


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_a_change_holds_once_and_is_taken_back_exactly(released, name, args):
    before = released.item()["spec"]
    action, draft = await drafted(released, name, **args)
    assert await action.effect(released.call, draft, "plan_1") is Effect.NONE
    done = await applied(released, action, draft)
    assert done.upstream_id
    assert await action.effect(released.call, draft, "plan_1") is Effect.DONE
    assert (await action.observe(released.call, draft)).state is Observed.NOT_YET
    released.settle()
    seen = await action.observe(released.call, draft)
    assert seen.state is Observed.HOLDS
    assert seen.facts["pods ready"].endswith(f"/{released.item()['spec']['replicas']}")
    assert len(released.writes()) == 1
    await action.roll_back(released.call, approved(draft))
    released.settle()
    assert released.item()["spec"] == before
    assert (await action.observe_rollback(released.call, draft)).state is Observed.HOLDS
    assert len(released.writes()) == 2
    assert all(r.user_agent == "cloudops" for r in released.writes())


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_an_answer_of_200_without_effect_never_holds(released, name, args):
    action, draft = await drafted(released, name, **args)
    released.server.faults.add({"method": "PATCH", "accept_but_ignore": True})
    await applied(released, action, draft)
    released.settle()
    seen = await action.observe(released.call, draft)
    assert seen.state is Observed.FAILED
    assert "did not change" in seen.progress
    assert await action.effect(released.call, draft, "plan_1") is Effect.NONE


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_a_change_that_somebody_reverts_never_holds(released, name, args):
    before = released.item()["spec"]
    action, draft = await drafted(released, name, **args)
    await applied(released, action, draft)
    released.change(lambda item: item.update(spec=before))
    released.settle()
    seen = await action.observe(released.call, draft)
    assert seen.state is Observed.FAILED
    assert "changed it again" in seen.progress


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_drift_is_named_and_a_status_update_is_none(released, name, args):
    action, draft = await drafted(released, name, **args)
    released.store.patch_status(KEY, NS, APP, {"readyReplicas": 2})
    assert (await action.reread(released.call, draft)).drift == ()
    released.change(lambda item: item["spec"].update(replicas=4))
    drift = (await action.reread(released.call, draft)).drift
    assert {"metadata.generation", "spec.replicas"} <= {d.path for d in drift}


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_a_bump_between_reading_and_writing_writes_nothing(released, name, args):
    action, draft = await drafted(released, name, **args)
    again = await action.reread(released.call, draft)
    released.change(lambda item: item["metadata"].setdefault("annotations", {}).update(note="x"))
    spec = released.item()["spec"]
    with pytest.raises(Conflict):
        await action.apply(released.call, approved(draft), again.precondition)
    assert released.item()["spec"] == spec


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_another_object_of_the_same_name_is_not_the_target(released, name, args):
    action, draft = await drafted(released, name, **args)
    released.store.delete(KEY, NS, APP, propagation="Orphan")
    released.store.create(KEY, deployment())
    drift = (await action.reread(released.call, draft)).drift
    assert "metadata.uid" in {d.path for d in drift}
    assert await action.effect(released.call, draft, "plan_1") is Effect.CANNOT_TELL
    with pytest.raises(Conflict):
        await action.roll_back(released.call, approved(draft))


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_a_write_is_sent_once_whatever_happens(released, name, args):
    action, draft = await drafted(released, name, **args)
    released.server.faults.add({"method": "PATCH", "drop": "after", "times": 5})
    with pytest.raises(TryLater):
        await applied(released, action, draft)
    assert len([r for r in released.server.requests if r.method == "PATCH" and not r.dry_run]) <= 1
    released.server.faults.clear()
    assert await action.effect(released.call, draft, "plan_1") is Effect.DONE


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_an_unreadable_target_is_unreadable_not_failed(released, name, args):
    action, draft = await drafted(released, name, **args)
    await applied(released, action, draft)
    released.server.faults.add({"method": "GET", "path": f"deployments/{APP}", "status": 503, "times": 50})
    assert (await action.observe(released.call, draft)).state is Observed.UNREADABLE


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_taking_back_never_overwrites_somebody_elses_change(released, name, args):
    action, draft = await drafted(released, name, **args)
    await applied(released, action, draft)

    def by_hand(item):
        item["spec"]["replicas"] = 7
        item["spec"]["template"]["spec"]["containers"][0]["image"] = "shop:fixed"
        item["spec"]["template"]["metadata"]["annotations"] = {}

    released.change(by_hand)
    with pytest.raises(Conflict, match="somebody else"):
        await action.roll_back(released.call, approved(draft))
    assert released.item()["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:fixed"
    assert released.item()["spec"]["replicas"] == 7


@pytest.mark.parametrize(("name", "args"), CASES)
async def test_taking_back_what_is_back_already_is_no_error(released, name, args):
    before = released.item()["spec"]
    action, draft = await drafted(released, name, **args)
    await applied(released, action, draft)
    released.change(lambda item: item.update(spec=before))
    await action.roll_back(released.call, approved(draft))
    assert released.item()["spec"] == before


@pytest.mark.parametrize(("step", "marks"), [("rollback", 1), ("apply", 0)])
async def test_a_failed_change_is_marked_as_taken_back_and_a_persons_undo_is_not(world, step, marks):
    action, draft = await drafted(world, "set_resources", memory_limit="65Mi")
    await applied(world, action, draft)
    wanted = fingerprint(world.item()["spec"]["template"])
    proof = Approved("plan_1", "hash", draft, "alice", ("bob",), f"plan_1:{step}")
    await action.roll_back(world.call, proof)
    noted = world.item()["metadata"].get("annotations", {}).get("cloudops/taken-back", "")
    assert noted.count(f"{wanted}:") == marks


async def test_a_status_update_between_reading_and_taking_back_does_not_stop_it(released):
    action, draft = await drafted(released, "rollout_undo")
    await applied(released, action, draft)
    conflict = {
        "kind": "Status",
        "status": "Failure",
        "reason": "Conflict",
        "code": 409,
        "message": "the object has been modified",
    }
    released.server.faults.add({"method": "PATCH", "status": 409, "body": conflict, "times": 2})
    await action.roll_back(released.call, approved(draft))
    released.settle()
    assert (await action.observe_rollback(released.call, draft)).state is Observed.HOLDS


async def test_a_dry_run_that_is_refused_gives_no_plan(world):
    world.server.faults.add({"method": "PATCH", "status": 403, "body": {
        "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": 'admission webhook "gate" denied the request: frozen',
    }})  # fmt: skip
    with pytest.raises(GiveUp, match="frozen"):
        await drafted(world, "rollout_restart")


async def test_without_the_right_the_missing_right_is_named(released):
    path = released.server.kubeconfigs["viewer"]
    clients = Clients.open(ClientsConfig(kubeconfig=path))
    call = Call(clients, released.now, 15.0, Everything())
    action = ACTION["scale"]
    with pytest.raises(NotAllowed) as caught:
        await action.plan(call, action.args(namespace=NS, name=APP, replicas=9))
    assert caught.value.needs == "patch deployments/scale in namespace shop"
    await clients.close()


async def test_undo_hides_secrets_and_pins_the_revision(released):
    _, draft = await drafted(released, "rollout_undo")
    shown = json.dumps([c.model_dump() for c in draft.changes])
    assert "hunter2" not in shown
    assert {("50", "10")} <= {(c.before, c.after) for c in draft.changes}
    assert draft.args["revision"] == 1
    assert "revision 1" in draft.title


async def test_undo_skips_a_restart_and_refuses_a_no_op(released):
    action, draft = await drafted(released, "rollout_restart")
    await applied(released, action, draft)
    released.settle()
    _, undo = await drafted(released, "rollout_undo")
    assert undo.args["revision"] == 1
    with pytest.raises(GiveUp, match="same template"):
        await drafted(released, "rollout_undo", revision=3)
    with pytest.raises(GiveUp, match="same template"):
        await drafted(released, "rollout_undo", revision=2)
    with pytest.raises(AskBack) as asked:
        await drafted(released, "rollout_undo", revision=77)
    assert asked.value.options == ("2", "1")


async def test_nothing_to_undo(world):
    with pytest.raises(GiveUp, match="no earlier revision"):
        await drafted(world, "rollout_undo")


async def test_restart_carries_the_mark_of_its_plan(world):
    action, draft = await drafted(world, "rollout_restart")
    await applied(world, action, draft, "plan_7")
    marks = world.item()["spec"]["template"]["metadata"]["annotations"]
    assert marks["cloudops/plan"] == "plan_7"
    assert await action.effect(world.call, draft, "plan_8") is Effect.CANNOT_TELL


async def test_new_pods_killed_for_memory_fail_early_and_old_ones_do_not_count(world):
    action, draft = await drafted(world, "set_resources", memory_limit="65Mi")
    await applied(world, action, draft)
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": stamp(world.now + timedelta(seconds=1))}
    world.settle(state={"waiting": {"reason": "CrashLoopBackOff"}}, last={"terminated": ended}, restarts=1)
    seen = await action.observe(world.call, draft)
    assert seen.state is Observed.FAILED
    assert "OOMKilled" in seen.progress
    ended["finishedAt"] = stamp(world.now - timedelta(hours=1))
    world.settle(state={"waiting": {"reason": "CrashLoopBackOff"}}, last={"terminated": ended}, restarts=1)
    assert (await action.observe(world.call, draft)).state is Observed.NOT_YET


async def test_an_image_that_the_registry_does_not_have_fails_early_and_one_that_is_away_may_come_back(world):
    action, draft = await drafted(world, "rollout_restart")
    await applied(world, action, draft)

    async def seen(message):
        world.settle(
            state={"waiting": {"reason": "ImagePullBackOff", "message": f"Back-off pulling: {message}"}}
        )
        return await action.observe(world.call, draft)

    gone = await seen("failed to resolve reference: not found")
    assert gone.state is Observed.FAILED
    assert gone.progress.endswith("is in ImagePullBackOff: the registry does not have its image")
    assert (await seen("dial tcp: i/o timeout")).state is Observed.NOT_YET


async def test_a_pod_that_fell_over_seconds_ago_is_not_stable_yet(world):
    action, draft = await drafted(world, "rollout_restart")
    await applied(world, action, draft)
    world.settle()
    pod = world.store.list("v1/pods", NS)[0]
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": stamp(world.now - timedelta(seconds=4))}
    status = pod["status"]
    status["containerStatuses"][0] |= {"restartCount": 1, "lastState": {"terminated": ended}}
    world.store.patch_status("v1/pods", NS, pod["metadata"]["name"], status)
    seen = await action.observe(world.call, draft)
    assert seen.state is Observed.NOT_YET
    assert "restarted seconds ago" in seen.progress
    world.now += timedelta(seconds=20)
    assert (await action.observe(world.call, draft)).state is Observed.HOLDS


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_a_progress_deadline_fails_unless_it_is_older_than_the_plan(released):
    action, draft = await drafted(released, "rollout_undo")
    await applied(released, action, draft)
    for age, state in ((-3600, Observed.NOT_YET), (5, Observed.FAILED)):
        late = {
            "type": "Progressing",
            "status": "False",
            "reason": "ProgressDeadlineExceeded",
            "lastUpdateTime": stamp(released.now + timedelta(seconds=age)),
        }
        generation = released.item()["metadata"]["generation"]
        released.store.patch_status(KEY, NS, APP, {"observedGeneration": generation, "conditions": [late]})
        assert (await action.observe(released.call, draft)).state is state


@pytest.mark.parametrize(
    ("replicas", "risk"), [(0, Risk.HIGH), (1, Risk.MEDIUM), (2, Risk.LOW), (4, Risk.LOW), (9, Risk.MEDIUM)]
)
async def test_scaling_risk_follows_what_it_takes_away(world, replicas, risk):
    _, draft = await drafted(world, "scale", replicas=replicas)
    assert draft.risk is risk
    assert draft.write["path"].endswith("/scale")
    assert draft.blast.percent == max(0, round(100 * (3 - replicas) / 3))


async def test_scaling_to_what_it_is_changes_nothing(world):
    with pytest.raises(GiveUp, match="already has 3"):
        await drafted(world, "scale", replicas=3)


async def test_an_autoscaler_that_would_undo_is_named(world):
    world.store.create("autoscaling/v2/horizontalpodautoscalers", {
        "metadata": {"name": "auto", "namespace": NS},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": APP}, "minReplicas": 2, "maxReplicas": 6},
    })  # fmt: skip
    _, draft = await drafted(world, "scale", replicas=5)
    assert draft.ownership.manager == "hpa"
    assert draft.ownership.reverts
    assert any("undo this change" in w for w in draft.warnings)


@pytest.mark.parametrize(
    ("labels", "annotations", "manager", "reverts"),
    [
        ({"argocd.argoproj.io/instance": "shop"}, {}, "argocd", True),
        ({}, {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/checkout"}, "argocd", True),
        ({"kustomize.toolkit.fluxcd.io/name": "shop"}, {}, "flux", True),
        ({"app.kubernetes.io/managed-by": "Helm"}, {"meta.helm.sh/release-name": "shop"}, "helm", False),
        ({"app": "x"}, {}, "none", False),
    ],
)
async def test_who_owns_the_workload_is_read(world, labels, annotations, manager, reverts):
    def edit(item):
        item["metadata"]["labels"] = labels
        item["metadata"].setdefault("annotations", {}).update(annotations)

    world.change(edit)
    _, draft = await drafted(world, "set_resources", memory_limit="256Mi")
    assert (draft.ownership.manager, draft.ownership.reverts) == (manager, reverts)
    assert bool(draft.ownership.lasting_route) == (manager != "none")


async def test_pauses_budgets_and_quotas_are_warned_of(world):
    world.change(lambda item: item["spec"].update(paused=True))
    world.store.create("policy/v1/poddisruptionbudgets", {
        "metadata": {"name": "keep", "namespace": NS},
        "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": APP}}},
    })  # fmt: skip
    world.store.patch_status(
        "policy/v1/poddisruptionbudgets", NS, "keep", {"disruptionsAllowed": 0, "expectedPods": 3}
    )
    _, draft = await drafted(world, "rollout_restart")
    assert any("paused" in w for w in draft.warnings)
    assert any("keep allows no disruption" in w for w in draft.warnings)
    world.store.create(
        "v1/resourcequotas", {"metadata": {"name": "small", "namespace": NS}, "spec": {"hard": {"pods": "4"}}}
    )
    world.store.patch_status("v1/resourcequotas", NS, "small", {"hard": {"pods": "4"}, "used": {"pods": "3"}})
    _, draft = await drafted(world, "scale", replicas=9)
    assert any("quota small has 1 pods left" in w for w in draft.warnings)


async def test_set_resources_asks_which_container_and_never_adds_one(world):
    with pytest.raises(AskBack) as asked:
        await drafted(world, "set_resources", container="ap", memory_limit="1Gi")
    assert asked.value.options == ("app",)
    with pytest.raises(GiveUp, match="nothing to change"):
        await drafted(world, "set_resources", memory_limit="131072Ki")
    with pytest.raises(GiveUp, match="above the limit"):
        await drafted(world, "set_resources", memory_request="1Gi")
    _, draft = await drafted(world, "set_resources", memory_limit="256Mi")
    assert draft.changes[0].before == "128Mi"


async def test_a_limit_below_the_request_takes_the_request_with_it(world):
    _, draft = await drafted(world, "set_resources", memory_limit="32Mi")
    assert {(c.path.split(".")[-2], c.after) for c in draft.changes} == {
        ("limits", "32Mi"),
        ("requests", "32Mi"),
    }


async def test_a_workload_that_is_not_there(world):
    action = ACTION["rollout_restart"]
    with pytest.raises(GiveUp, match="does not exist") as caught:
        await action.plan(world.call, action.args(namespace=NS, name="nobody"))
    assert caught.value.not_found
    assert NS in str(caught.value)


async def test_a_service_of_another_kind_is_refused_in_words(world):
    world.store.create("apps/v1/statefulsets", {
        "metadata": {"name": "ledger", "namespace": NS, "labels": {"app": "ledger"}},
        "spec": {**deployment()["spec"], "selector": {"matchLabels": {"app": "ledger"}}, "serviceName": "ledger", "template": {"metadata": {"labels": {"app": "ledger"}}, "spec": deployment()["spec"]["template"]["spec"]}},
    })  # fmt: skip
    action = ACTION["rollout_undo"]
    with pytest.raises(GiveUp, match="statefulset ledger cannot be changed in this way"):
        await action.plan(world.call, action.args(service="ledger"))
    scaled = await ACTION["scale"].plan(world.call, ACTION["scale"].args(service="ledger", replicas=4))
    assert scaled.target.kind == "StatefulSet"
    assert scaled.write["path"].endswith("statefulsets/ledger/scale")

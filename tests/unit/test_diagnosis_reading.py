"""How much of a cluster a diagnosis reads: as much as it takes to find the cause, and everything before it says that nothing is wrong."""

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from sandbox.cluster.extensions import available, install, register
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from tools.clients import Clients, ClientsConfig
from tools.cluster.collect import collect
from tools.registry import TOOLS
from tools.spec import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIAGNOSE = next(tool for tool in TOOLS if tool.name == "k8s_diagnose")
# Which services there are, asked of the whole cluster once a minute, whatever is asked for.
DISCOVERED = {f"/apis/apps/v1/{kind}" for kind in ("deployments", "statefulsets", "daemonsets")}
LONG_AGO = "2026-11-01T08:00:00Z"


class Everywhere:
    def namespace(self, cluster, namespace):
        return True

    def compartment(self, name):
        return True


class House:
    def __init__(self, server, store, clients):
        self.server, self.store, self.clients = server, store, clients

    async def ask(self, namespace, **args):
        """The result, and the paths that were asked for."""
        before = len(self.server.requests)
        call = Call(self.clients, datetime.now(UTC), 20.0, Everywhere())
        result = await DIAGNOSE.run(call, DIAGNOSE.args(namespace=namespace, **args))
        paths = [r.path.partition("?")[0] for r in list(self.server.requests)[before:]]
        return result, [p for p in paths if p not in DISCOVERED]

    def space(self, name):
        self.store.create("v1/namespaces", {"metadata": {"name": name}})

    def put(self, key, namespace, name, status=None, **body):
        meta = {"name": name, "creationTimestamp": LONG_AGO} | ({"namespace": namespace} if namespace else {})
        made = self.store.create(key, {"metadata": meta | body.pop("metadata", {}), **body})
        if status:
            self.store.patch_status(key, namespace or None, name, status)
        return made

    def deployment(self, namespace, name="web", ready=True, state=None, revision="1"):
        """With one pod, whose ReplicaSet is there, too."""
        labels = {"app": name}
        spec = {"containers": [{"name": "app", "image": "img:1"}]}
        made = self.put(
            "apps/v1/deployments", namespace, name,
            {"replicas": 1, "readyReplicas": int(ready), "updatedReplicas": 1, "availableReplicas": int(ready), "observedGeneration": 1, "conditions": [_state("Progressing", "True", lastUpdateTime=LONG_AGO)]},
            metadata={"annotations": {"deployment.kubernetes.io/revision": revision}},
            spec={"replicas": 1, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
        )  # fmt: skip
        hashed = labels | {"pod-template-hash": "h1"}
        mine = self.put(
            "apps/v1/replicasets", namespace, f"{name}-h1", {"replicas": 1, "readyReplicas": int(ready)},
            metadata={"labels": hashed, "annotations": {"deployment.kubernetes.io/revision": "1"}, "ownerReferences": [_owner("Deployment", made)]},
            spec={"replicas": 1, "selector": {"matchLabels": hashed}, "template": {"metadata": {"labels": hashed}, "spec": spec}},
        )  # fmt: skip
        running = {"name": "app", "image": "img:1", "imageID": "", "ready": ready, "restartCount": 0 if ready else 4, "state": state or {"running": {"startedAt": LONG_AGO}}, "lastState": {} if ready else {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}}}  # fmt: skip
        self.put(
            "v1/pods", namespace, f"{name}-h1-x",
            {"phase": "Running", "conditions": [_state("PodScheduled", "True"), _state("Ready", str(ready))], "containerStatuses": [running]},
            metadata={"labels": hashed, "ownerReferences": [_owner("ReplicaSet", mine)]},
            spec=spec | {"nodeName": "n1"},
        )  # fmt: skip


def _owner(kind, item):
    return {"apiVersion": "apps/v1", "kind": kind, "name": item["metadata"]["name"], "uid": item["metadata"]["uid"], "controller": True}  # fmt: skip


def _state(kind, status, reason="", message="", **more):
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": LONG_AGO} | more  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    store = Store()
    install(store, "gateway-api", "cert-manager", "chaos-mesh", "litmus")
    register(store)
    server = ClusterServer(store, folder)
    await server.start()
    clients = Clients.open(ClientsConfig(kubeconfig=server.kubeconfigs["bot"]))
    yield House(server, store, clients)
    await clients.close()
    await server.stop()


def kinds(paths):
    return [path.rsplit("/", 1)[-1] for path in paths]


async def test_a_crash_takes_few_requests_and_says_what_was_not_looked_at(house):
    house.space("crash")
    house.deployment("crash", ready=False, state={"waiting": {"reason": "CrashLoopBackOff", "message": "x"}})
    result, paths = await house.ask("crash")
    assert result.data["verdict"] == "crash_loop"
    assert result.data["findings"][0]["object"].endswith("deployment/web"), (
        "its ReplicaSet was not read, its owner is known all the same"
    )
    assert "replicasets" not in kinds(paths)
    assert len(paths) <= 8, paths
    assert {"ingresses", "horizontalpodautoscalers"} <= set(kinds(paths)), (
        "another cause is looked for as well"
    )
    assert {"jobs", "poddisruptionbudgets"} <= set(result.data["not_looked_at"])
    assert "not looked at, because a cause was found without: jobs" in result.digest


async def test_where_an_event_speaks_of_a_budget_the_one_that_lets_no_pod_of_a_deployment_go_is_found(house):
    house.space("kept")
    house.deployment("kept")
    labels = house.store.get("apps/v1/deployments", "kept", "web")["spec"]["selector"]["matchLabels"]
    budget = {"minAvailable": 1, "selector": {"matchLabels": labels}}
    house.put("policy/v1/poddisruptionbudgets", "kept", "tight", {"disruptionsAllowed": 0, "expectedPods": 1, "currentHealthy": 1, "desiredHealthy": 1}, spec=budget)  # fmt: skip
    pod = house.store.list("v1/pods", "kept")[0]["metadata"]["name"]
    house.put(
        "v1/events", "kept", "refused", reason="EvictionBlocked", type="Warning", count=1,
        message="Cannot evict pod as it would violate the pod's disruption budget.",
        involvedObject={"kind": "Pod", "namespace": "kept", "name": pod},
        lastTimestamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )  # fmt: skip
    result, paths = await house.ask("kept", kind="deployment", name="web")
    found = [one["fault"] for one in result.data["findings"]]
    assert "pdb_blocks" in found, result.digest
    assert "poddisruptionbudgets" in kinds(paths)


async def test_before_nothing_is_wrong_everything_is_looked_at(house):
    house.space("calm")
    house.deployment("calm")
    result, paths = await house.ask("calm")
    assert result.data["verdict"] == "nothing_wrong"
    assert result.data["not_looked_at"] == []
    assert {"ingresses", "cronjobs", "nodes", "gateways", "certificates", "networkchaos"} <= set(kinds(paths))
    assert not result.could_not_see
    assert "releases against errors and metrics" in result.digest


async def test_logs_that_do_not_come_are_named(house):
    house.space("mute")
    house.deployment("mute")
    house.server.faults.add({"path": "/log", "status": 503, "times": 99})
    result, _ = await house.ask("mute")
    house.server.faults.clear()
    assert any(one.startswith("logs: ") for one in result.could_not_see), result.could_not_see


async def test_the_history_is_read_where_there_is_one(house):
    house.space("older")
    house.deployment("older", ready=False, state={"waiting": {"reason": "CrashLoopBackOff"}}, revision="2")
    _, paths = await house.ask("older")
    assert "replicasets" in kinds(paths)


@pytest.mark.parametrize(
    ("fault", "key", "spec", "status"),
    [
        ("gateway_not_accepted", "gateway.networking.k8s.io/v1/gateways", {"gatewayClassName": "none"}, {"conditions": [_state("Accepted", "False", "Invalid")]}),
        ("gateway_not_accepted", "gateway.networking.k8s.io/v1/httproutes", {"rules": [{"backendRefs": [{"name": "gone", "port": 80}]}]}, {"parents": [{"parentRef": {"name": "edge"}, "conditions": [_state("Accepted", "True")]}]}),
        ("certificate_expiry", "cert-manager.io/v1/certificates", {"secretName": "t"}, {"conditions": [_state("Ready", "False", "DoesNotExist")]}),
        ("chaos_experiment", "chaos-mesh.org/v1alpha1/networkchaos", {"action": "loss"}, {"experiment": {"desiredPhase": "Run", "containerRecords": [{"id": "NS/web-h1-x/app", "phase": "Injected"}]}}),
        ("chaos_experiment", "litmuschaos.io/v1alpha1/chaosengines", {"engineState": "active", "appinfo": {"applabel": "app=web"}}, {"engineStatus": "initialized"}),
    ],
)  # fmt: skip
async def test_what_somebody_installed_is_read_from_a_cluster_that_serves_it(house, fault, key, spec, status):
    place = key.rsplit("/", 1)[-1]
    house.space(place)
    house.deployment(place)
    if "experiment" in status:
        status["experiment"]["containerRecords"][0]["id"] = f"{place}/web-h1-x/app"
    house.put(key, place, "one", status, spec=spec)
    result, _ = await house.ask(place)
    assert [f["fault"] for f in result.data["findings"]] == [fault], result.digest


async def test_an_api_that_an_autoscaler_waits_for_is_asked_about_itself(house):
    house.space("scaled")
    house.deployment("scaled")
    words = "unable to get metrics: the server is currently unable to handle the request (get pods.metrics.k8s.io)"  # fmt: skip
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 3}  # fmt: skip
    house.put("autoscaling/v2/horizontalpodautoscalers", "scaled", "web", {"currentReplicas": 1, "desiredReplicas": 1, "conditions": [_state("ScalingActive", "False", "FailedGetResourceMetric", words)]}, spec=spec)  # fmt: skip
    away = {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100, "service": {"namespace": "kube-system", "name": "metrics-server"}}  # fmt: skip
    house.put("apiregistration.k8s.io/v1/apiservices", "", "v1beta1.metrics.k8s.io", spec=away)
    available(house.store, "v1beta1.metrics.k8s.io", "MissingEndpoints", "endpoints for service/metrics-server in kube-system have no addresses", is_so=False)  # fmt: skip
    result, paths = await house.ask("scaled")
    first = result.data["findings"][0]
    assert first["fault"] == "aggregated_api_down"
    assert first["object"] == "k8s:local/-/apiservice/v1beta1.metrics.k8s.io"
    assert "MissingEndpoints" in first["cause"]
    assert "apiservices" in kinds(paths)


async def test_a_node_that_waits_for_its_certificate(house):
    house.space("nodal")
    house.deployment("nodal", ready=False)
    pods = house.store.get("v1/pods", "nodal", "web-h1-x")["status"]
    pods["containerStatuses"][0]["ready"] = True  # as a kubelet left it that has gone silent
    house.store.patch_status("v1/pods", "nodal", "web-h1-x", pods)
    house.put("v1/nodes", "", "n1", {"conditions": [_state("Ready", "Unknown", "NodeStatusUnknown")]})
    house.put("certificates.k8s.io/v1/certificatesigningrequests", "", "csr-7", spec={"request": "eA==", "signerName": "kubernetes.io/kube-apiserver-client-kubelet", "username": "system:node:n1", "usages": ["client auth"]})  # fmt: skip
    result, _ = await house.ask("nodal")
    house.store.delete("v1/nodes", None, "n1")
    assert {"node_not_ready", "certificate_expiry"} <= {f["fault"] for f in result.data["findings"]}
    assert "CertificateSigningRequest csr-7 of node n1 waits" in result.digest


async def test_a_node_elsewhere_that_is_away_costs_no_further_request(house):
    house.space("afar")
    house.deployment("afar")
    house.put("v1/nodes", "", "n9", {"conditions": [_state("Ready", "Unknown", "NodeStatusUnknown")]})
    result, paths = await house.ask("afar")
    house.store.delete("v1/nodes", None, "n9")
    assert result.data["verdict"] == "nothing_wrong"
    assert [(f["fault"], f["severity"]) for f in result.data["findings"]] == [("node_not_ready", "risk")]
    assert "nodes" in kinds(paths) and "certificatesigningrequests" not in kinds(paths)


async def test_within_a_minute_a_healthy_namespace_takes_eight_requests(house):
    house.space("again")
    house.deployment("again")
    house.clients.clusters.at(
        "local", 20
    ).cluster.census.counts.clear()  # counted before this namespace was there
    await house.ask("again")
    result, paths = await house.ask("again")
    assert result.data["verdict"] == "nothing_wrong"
    assert len(paths) <= 8, paths


async def test_the_cluster_is_waited_for_a_few_times_only(house):
    house.space("rounds")
    house.deployment("rounds")
    api = house.clients.clusters.at("local", 20)
    snap = await collect(api, "rounds", datetime.now(UTC))
    assert snap.rounds <= 5

"""The bot asked in words, in a namespace for each fault of one standing cluster: it names the cause that the table says."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio
import yaml

from sandbox.cluster.seed import BOT_ACCOUNT, BOT_NAMESPACE
from sandbox.prometheus.memory import Memory
from sandbox.prometheus.server import PrometheusServer
from tests.journeys import test_diagnosis_recorded as recorded
from tests.journeys import test_diagnosis_unseen as unseen
from tests.journeys.standing import renamed, standing
from tests.journeys.test_diagnosis_needed import BUILT, ELSEWHERE
from tests.journeys.test_diagnosis_pairs import ALONE
from tests.unit import test_diagnosis_clients as clients
from tests.unit import test_diagnosis_held as held
from tests.unit import test_diagnosis_helm as helm
from tests.unit.test_diagnosis_limits import THROTTLED
from tests.unit.test_tools_releases import record
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.catalogue import FAULTS
from tools.cluster.snapshot import Snapshot

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not recorded.DATA.is_dir(), reason="shared data absent"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
# What breaks nothing yet, or is no workload: asked of the whole namespace.
OF_THE_NAMESPACE = {"pdb_blocks", "cronjob", "gateway_not_accepted"}
OF_ADMISSION = {"pod_security", "service_account_missing"}
OF_THE_POD = {"pending_anti_affinity", "pending_schedulinggates"}
# They need metrics, a right that is taken away or given, or a workload that rolled out: built for it below.
APART = {"release.detect", "mine.detect", "helmed.detect", "throttled.detect"}


def cases():
    """Name of the namespace -> snapshot."""
    if not recorded.DATA.is_dir():
        return {}
    found = [recorded.snapshot(recorded.recording(name)) for name in ALONE]
    found += [make() for title, (make, _, _) in BUILT.items() if title not in APART]
    found += [make()[0] for make in ELSEWHERE.values()]
    found += [clients.CASES[name].snap() for name in ("dnsPolicy", "throttled", "experiment")]
    found += [one_pod(*case) for case in unseen.test_one_pod_one_fault.pytestmark[0].args[1]]
    found += [
        unseen.snap(pods=[pod])
        for pod, fault, _ in unseen.test_pending.pytestmark[0].args[1]
        if fault in OF_THE_POD
    ]
    found += [
        refused(message)
        for message, fault in unseen.test_pods_that_may_not_be_made.pytestmark[0].args[1]
        if fault in OF_ADMISSION
    ]
    return {
        f"team-{number:02}": renamed(snap, {"web": f"till{number:02}"}) for number, snap in enumerate(found)
    }


def one_pod(status, events, _):
    pod = unseen.pod(status=status, ready=status["ready"])
    return unseen.snap(pods=[pod], events=[unseen.event("p", "Pod", *e) for e in events], configmaps=[])


def refused(message):
    """A Deployment whose ReplicaSet may not make its pods."""
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": message,
        "lastTransitionTime": unseen.at(-60),
    }
    rs = unseen.obj(
        "ReplicaSet", "x-1", {"replicas": 2}, {"conditions": [condition]}, unseen.ref("Deployment", "x")
    )
    none = unseen.deployment(
        2, {"replicas": 0, "conditions": [condition]}, selector={"matchLabels": {"app": "x"}}
    )
    return unseen.snap(deployments=[none], replicasets=[rs])


CASES = cases()


@dataclass(frozen=True)
class Rest:
    """What needs more than objects of its own. `words` ask for it; `says`: cause, proof and what fits, as the answer must have them."""

    fault: str
    snap: Snapshot
    words: str
    says: tuple[str, ...]


def whole(scenario):
    """A recording about nodes or the namespace; its nodes are its own, not those of the cluster."""
    made = recorded.snapshot(recorded.recording(scenario))
    nodes = [node["metadata"]["name"] for node in made.of("nodes")]
    return renamed(made, {node: f"{scenario}-{at}" for at, node in enumerate(nodes)})


def rolled_out(container=None, env=(), **items):
    """A Deployment with two pods that run, as far as the cluster knows; `env` is that of its two revisions."""
    parts = unseen.released(env or [{}, {}], -600 if env else -86_000)
    for pod in parts["pods"]:
        pod["spec"]["containers"][0] |= container or {}
    return unseen.snap(**parts, **items)


def on_a_full_node():
    full = {"type": "DiskPressure", "status": "True", "message": "the disk is full", "lastTransitionTime": unseen.at(-900)}  # fmt: skip
    node = unseen.obj("Node", "n-full", {}, {**unseen.NODE["status"], "conditions": [{"type": "Ready", "status": "True"}, full]})  # fmt: skip
    made = rolled_out(nodes=[node])
    made.items["pods"][0]["spec"]["nodeName"] = "n-full"
    return made


def short_daemon():
    daemon = unseen.obj("DaemonSet", "agent", {"template": {"spec": {"containers": [unseen.container()]}}}, {"desiredNumberScheduled": 2, "numberReady": 1, "currentNumberScheduled": 1})  # fmt: skip
    kept_off = unseen.obj("Node", "n-gpu", {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}, unseen.NODE["status"])  # fmt: skip
    mine = unseen.pod("agent-1", ownerReferences=[{**unseen.ref("DaemonSet", "agent"), "controller": True}])
    return unseen.snap(daemonsets=[daemon], pods=[mine], nodes=[unseen.NODE, kept_off])


def no_balancer():
    waiting = unseen.obj("Service", "front", {"type": "LoadBalancer", "selector": {"app": "x"}, "ports": []}, {"loadBalancer": {}})  # fmt: skip
    failed = unseen.event("front", "Service", "SyncLoadBalancerFailed", "subnet has no free addresses")
    return unseen.snap(pods=[unseen.pod()], services=[waiting], events=[failed])


def rest():
    """Name of the namespace -> what is asked there."""
    if not CASES:
        return {}
    made = [
        Rest("bad_release", rolled_out(env=[{"MODE": "calm"}, {"MODE": "wild"}]), "why does {0}/x answer with errors?", ("errors went from 0 to 30 %", "calm", "wild", "roll back x")),
        Rest("cpu_throttling", rolled_out({"resources": {"limits": {"cpu": "200m"}}}), "why is x in namespace {0} so slow?", ("throttled at its processor limit (app 200m)", "0.6", "to 400m")),
        Rest("daemonset_short", short_daemon(), "why is daemonset agent in namespace {0} not on every node?", ("has 1 of 2 pods", "gpu:NoSchedule")),
        Rest("finalizer_stuck", whole("finalizer-ns-own"), "why does namespace {0} not go away?", ("stays Terminating", "example.com/hold", "configmap held")),
        Rest("helm_release", helm.CASES["well"][0], "what is wrong with pay-api in namespace {0}?", ("release pay is in pending-upgrade", "helm rollback pay 2 -n {0}")),
        Rest("loadbalancer_pending", no_balancer(), "why does service front in namespace {0} have no address?", ("waits for its load balancer", "subnet has no free addresses")),
        Rest("node_not_ready", whole("node-notready-own"), "why is deployment tile in namespace {0} down?", ("node-notready-own-1 is NotReady", "its kubelet stopped sending heartbeats", "last heartbeat")),
        Rest("node_pressure", on_a_full_node(), "what is wrong in namespace {0}?", ("n-full reports DiskPressure", "the disk is full")),
        Rest("nothing_wrong", whole("healthy-demos"), "what is wrong in namespace {0}?", ("{0} is healthy: nothing is wrong", "payment-processing-worker 1/1 pods ready", "Checked: admission")),
        Rest("pending_taint", whole("taint-own"), "why is deployment cache in namespace {0} pending?", ("taints that it does not tolerate", "dedicated=db:NoSchedule")),
        Rest("pvc_stuck_terminating", held.CASES["a claim that a pod uses"][2], "why is the claim ledger-data in namespace {0} stuck?", ("ledger-data stays Terminating", "ledger-0", "kubernetes.io/pvc-protection")),
        Rest("rbac_forbidden_bot", rolled_out(), "what is wrong in namespace {0}?", ("I may not list ingresses in namespace {0}", "the right that is missing")),
        Rest("scaled_to_zero", unseen.snap(deployments=[unseen.deployment(0, {"replicas": 0})]), "why is deployment x in namespace {0} not running?", ("scaled to zero", "replicas: 0", "scale")),
        Rest("statefulset_stuck", held.CASES["an ordinal that holds up the next"][2], "why is statefulset ledger in namespace {0} not complete?", ("waits for ledger-1", "2 of 3 pods exist")),
    ]  # fmt: skip
    return {f"team-{number:02}": one for number, one in enumerate(made, len(CASES))}


REST = rest()
PLACE = {one.fault: space for space, one in REST.items()}


def service_map():
    """The services of which something is measured: errors of one since its release, how much of its time the other stood still."""
    errors = {"query": "till_errors", "unit": "%", "limit": 5}
    measured = {"bad_release": {"errors": errors}, "cpu_throttling": {"throttled": {"query": THROTTLED, "limit": 0.25}}}  # fmt: skip
    return {
        fault.replace("_", "-"): {"workloads": [{"cluster": "local", "namespace": PLACE[fault], "name": "x"}], "metrics": metrics}
        for fault, metrics in measured.items()
    }  # fmt: skip


def measurements(now):
    memory = Memory()
    for second in range(-7200, 1, 15):
        memory.record("till_errors", now + second, 30.0 if second > -590 else 0.0)
        memory.record("container_cpu_cfs_throttled_periods_total", now + second, 0.6 * (second + 7200))
        memory.record("container_cpu_cfs_periods_total", now + second, 1.0 * (second + 7200))
    return memory


def helm_records(store, space):
    """An upgrade that somebody left, and the right to see that it is there."""
    now = datetime.now(UTC)
    for number, status in enumerate(("superseded", "deployed", "pending-upgrade"), 1):
        store.create("v1/secrets", record("pay", number, status, now - helm.OLD, space=space))
    role = {"metadata": {"name": "records", "namespace": space}, "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]}  # fmt: skip
    account = {"kind": "ServiceAccount", "name": BOT_ACCOUNT, "namespace": BOT_NAMESPACE}
    bound = {"metadata": role["metadata"], "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "records"}, "subjects": [account]}  # fmt: skip
    store.create("rbac.authorization.k8s.io/v1/roles", role)
    store.create("rbac.authorization.k8s.io/v1/rolebindings", bound)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask(tmp_path_factory):
    root = tmp_path_factory.mktemp("every")
    (root / "services.yaml").write_text(yaml.safe_dump({"version": 1, "services": service_map()}))
    metrics = PrometheusServer(measurements(datetime.now(UTC).timestamp()))
    await metrics.start()
    places = CASES | {space: one.snap for space, one in REST.items()}
    async with standing(root, places, services_file=root / "services.yaml", prometheus_url=metrics.url) as asked:  # fmt: skip
        helm_records(asked.server.store, PLACE["helm_release"])
        asked.server.faults.add({"path": f"/{PLACE['rbac_forbidden_bot']}/ingresses", "status": 403, "times": 99})  # fmt: skip
        yield asked
    await metrics.stop()


def question(first, space):
    """About a workload that it touches, as somebody would who is called."""
    if first.fault in OF_THE_NAMESPACE:
        return f"k8s why -n {space}"
    things = sorted(
        first.touches, key=lambda thing: (not thing.startswith(("deployment/", "pod/", "job/")), thing)
    )
    return f"why is {' '.join(things[0].split('/'))} failing in namespace {space}?"


@pytest.mark.parametrize(
    "space", CASES, ids=lambda space: f"{space}-{analyse(CASES[space]).findings[0].fault}"
)
async def test_asked_in_words_it_names_the_cause(ask, space):
    [first, *_] = analyse(CASES[space]).findings
    answer = await ask(question(first, space))
    told = first.cause.partition(":")[0]
    told = re.sub(rf"(?<![\w-]){re.escape(CASES[space].namespace)}(?![\w-])", space, told)
    words = re.findall(r"[A-Za-z][\w-]{3,}", told)[:6]
    missing = [word for word in words if word.lower() not in answer.lower()]
    assert not missing, (first.fault, question(first, space), first.cause, answer[:600])


@pytest.mark.parametrize("space", REST, ids=lambda space: f"{space}-{REST[space].fault}")
async def test_asked_in_words_it_names_the_cause_with_its_proof_and_what_fits(ask, space):
    one = REST[space]
    answer = await ask(one.words.format(space))
    missing = [words for words in one.says if words.format(space) not in answer]
    assert not missing, (missing, answer)


async def test_every_fault_of_the_table_is_asked_for():
    asked = {analyse(snap).findings[0].fault for snap in CASES.values()} | {one.fault for one in REST.values()}  # fmt: skip
    assert {fault.slug for fault in FAULTS} - asked == set()

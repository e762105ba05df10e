"""The shared fault scenarios, applied with kubectl to the local cluster: it shows their evidence, and the product's
diagnosis over the Python client names their cause.
"""

import copy
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.journeys.test_diagnosis_recorded import DATA, EXPECTED, scenarios
from tests.unit.stages import Reach, Running
from tools.reads.k8s_diagnose import K8S_DIAGNOSE
from tools.spec import Call

ROOT = Path(__file__).resolve().parents[2]
KUBECTL = ROOT / ".venv" / "bin" / "kubectl"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"),
    pytest.mark.skipif(not KUBECTL.exists(), reason="kubectl is not in the environment"),
]
EVERYWHERE = (
    "taint-own",
    "node-notready-own",
)  # these change nodes: each has the cluster for itself, at the end
# Requests that a diagnosis takes. Where nothing is at fault every kind is looked at: the first such question of a minute also counts
# for the whole cluster which namespaces hold what, and those after it ask only for what there is.
MOST = 8
FIRST_OF_A_MINUTE = 15
EVERYTHING = ("pdb-own", "cronjob-own", "healthy-demos")
# Which services there are, asked of the whole cluster once a minute, whatever is asked for.
DISCOVERED = {f"/apis/apps/v1/{kind}" for kind in ("deployments", "statefulsets", "daemonsets")}
SCENARIOS = {s["id"]: s for s in scenarios()}
ORDER = [*(i for i in SCENARIOS if i not in EVERYWHERE), *EVERYWHERE]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    running = Running("bare", tmp_path_factory.mktemp("bare"), speed=8)
    folder = tmp_path_factory.mktemp("manifests")
    for scenario in SCENARIOS.values():
        if scenario["id"] not in EVERYWHERE:
            begin(running, scenario, folder)
    yield running, folder
    running.stop()


def kubectl(running, *args, check=True):
    command = [KUBECTL, "--kubeconfig", running.stage.cluster.kubeconfigs["admin"], *args]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0 or not check, done.stderr
    return done


def begin(running, scenario, folder):
    """The manifest with the annotations that the index names, and what is done to the cluster besides."""
    home = scenario["namespace"]
    running.call(running.stage.store.create, "v1/namespaces", {"metadata": {"name": home}})
    if scenario["id"] == "taint-own":
        kubectl(running, "taint", "nodes", "--all", "dedicated=db:NoSchedule")
    if scenario["id"] == "node-notready-own":
        kubectl(running, "annotate", "node", "fake-node-2", "sim/down=1")
    documents = [marked(d, scenario) for d in yaml.safe_load_all((DATA / scenario["file"]).read_text()) if d]
    path = folder / scenario["file"]
    path.write_text(yaml.safe_dump_all(documents))
    kubectl(running, "apply", "-n", home, "-f", path)
    if scenario["id"] == "finalizer-ns-own":
        running.call(running.stage.store.delete, "v1/namespaces", None, home)
    if scenario["id"] == "rollout-stuck-own":
        running.wait(
            lambda: status_of(running, "apps/v1/deployments", home, "checkout").get("availableReplicas")
        )
        name = next(d for d in documents if d["kind"] == "Deployment")["spec"]["template"]["spec"][
            "containers"
        ][0]["name"]
        kubectl(running, "set", "image", "-n", home, "deployment/checkout", f"{name}=nginx:does-not-exist")


def status_of(running, kind, home, name):
    found = running.stage.store.get(kind, home, name)
    return (found or {}).get("status") or {}


def marked(document, scenario):
    document = copy.deepcopy(document)
    for rule in scenario.get("sim") or []:
        if rule["kind"] in ("*", document["kind"]) and rule["name"] in ("*", document["metadata"]["name"]):
            inner = document if document["kind"] == "Pod" else (document.get("spec") or {}).get("template")
            if inner is not None:
                inner.setdefault("metadata", {}).setdefault("annotations", {}).update(rule["annotations"])
    return document


@pytest.mark.parametrize("name", ORDER)
async def test_the_cause_is_found_on_the_living_cluster(cluster, name):
    running, folder = cluster
    scenario = SCENARIOS[name]
    if name in EVERYWHERE:
        begin(running, scenario, folder)
    try:
        await diagnosed(running, scenario)
    finally:
        if name == "taint-own":
            kubectl(running, "taint", "nodes", "--all", "dedicated-")
        if name == "node-notready-own":
            kubectl(running, "annotate", "node", "fake-node-2", "sim/down-")


async def asked(running, clients, scenario):
    """The findings, and the paths that were asked for."""
    before = len(running.stage.cluster.requests)
    call = Call(clients, datetime.now(UTC), 20.0, Reach())
    result = await K8S_DIAGNOSE.run(call, K8S_DIAGNOSE.args(namespace=scenario["namespace"]))
    paths = [r.path.partition("?")[0] for r in list(running.stage.cluster.requests)[before:]]
    return result.data["findings"], [path for path in paths if path not in DISCOVERED]


async def diagnosed(running, scenario, seconds=25):
    """Asks again until the fault has had the time to show."""
    import asyncio

    wanted = EXPECTED.get(scenario["id"])
    async with running.clients() as clients:
        for _ in range(seconds):
            findings, paths = await asked(running, clients, scenario)
            if wanted is None or (findings and findings[0]["fault"] == wanted):
                break
            await asyncio.sleep(1)
        if scenario["id"] in EVERYTHING:
            assert len(paths) <= FIRST_OF_A_MINUTE, paths
            findings, paths = await asked(running, clients, scenario)
        assert len(paths) <= MOST, paths
    if wanted is None:
        assert findings == []
        return
    assert [f["fault"] for f in findings[:1]] == [wanted], [(f["fault"], f["cause"]) for f in findings]
    said = json.dumps(findings[0]).lower()
    for word in scenario["must_mention"]:
        assert word.lower() in said, f"{word} missing in {said}"

"""The local cluster against what a real 1.36 server answered: same requests, same shapes, same fields.

Three ways round: each scenario's file is applied with kubectl and must be taken and completed as there; what the real
server stored is put into a local one, which must show it unchanged, as objects and as tables; the diagnosis that reads
these answers must come to the same findings.
"""

import json
import random
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from sandbox.cluster.metadata import epoch
from sandbox.cluster.store import Store
from tests.journeys.test_diagnosis_recorded import snapshot
from tests.unit.cluster_running import running
from tools.cluster.diagnosis.analyse import analyse

DATA = Path(__file__).resolve().parents[2] / "../shared/data/kubernetes"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"),
]
SCENARIOS = yaml.safe_load((DATA / "index.yaml").read_text()) if DATA.is_dir() else []
SERVERS = {
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "managedFields",
    "generation",
}  # its own in each server
TIMES = {"Age", "Last Seen", "First Seen", "Restarts"}
CONTROLLERS = "deployment.kubernetes.io/revision"


def recorded(scenario):
    lines = (DATA / "recordings" / f"{scenario['id']}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def plain(value):
    """Without what no two servers have in common."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: plain(item) for key, item in value.items()}
    if isinstance(found.get("metadata"), dict):
        found["metadata"] = {key: item for key, item in found["metadata"].items() if key not in SERVERS}
    return found


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """Certificates are made once."""
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    with running(tmp_path_factory.mktemp("applied")) as cluster:
        yield cluster


def desired(item):
    """What an object asks for, random names and addresses left out."""
    item = json.loads(json.dumps(item))
    item.pop("status", None)
    for key in ("nodeName", "clusterIP", "clusterIPs"):
        item.get("spec", {}).pop(key, None)
    metadata = item["metadata"]
    for key in [k for k in metadata if k not in ("name", "namespace", "finalizers")]:
        del metadata[key]
    text = json.dumps(item)
    for volume in item.get("spec", {}).get("volumes", []):
        text = (
            text.replace(volume["name"], "token") if volume["name"].startswith("kube-api-access-") else text
        )
    return json.loads(text)


def annotated(documents, scenario):
    """The file's objects with what the simulated kubelet is told, as they were applied there."""
    for rule in scenario.get("sim", []):
        for item in documents:
            if item["kind"] == rule["kind"] and rule["name"] in ("*", item["metadata"]["name"]):
                templated = "template" in item.get("spec", {})
                owner = item["spec"]["template"] if templated else item
                owner.setdefault("metadata", {}).setdefault("annotations", {}).update(rule["annotations"])
    return documents


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[item["id"] for item in SCENARIOS])
def test_kubectl_applies_the_scenario_and_the_objects_are_completed_as_there(fresh, scenario, tmp_path):
    namespace = scenario["namespace"]
    documents = [item for item in yaml.safe_load_all((DATA / scenario["file"]).read_text()) if item]
    fresh.store.create("v1/namespaces", {"metadata": {"name": namespace}})
    target = tmp_path / "objects.yaml"
    target.write_text(yaml.safe_dump_all(annotated(documents, scenario)))
    try:
        fresh.kubectl("apply", "-n", namespace, "-f", str(target))
        compared = sum(compare(fresh, answer, documents) for answer in recorded(scenario))
        assert compared >= 1 or not any(item["kind"] in COMPARED for item in documents)
    finally:
        for hook in fresh.store.list(HOOKS):  # or it stops every scenario after it
            fresh.store.delete(HOOKS, None, hook["metadata"]["name"])


HOOKS = "admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
COMPARED = {
    "Deployment",
    "Pod",
    "Service",
    "Job",
    "CronJob",
    "ConfigMap",
    "HorizontalPodAutoscaler",
    "Ingress",
}


def compare(cluster, answer, documents):
    """Compares the objects of one recorded list that the file asked for; says how many."""
    body = answer["body"]
    if answer["status"] != 200 or not isinstance(body, dict) or "items" not in body:
        return 0
    names = {item["metadata"]["name"] for item in documents if f"{item['kind']}List" == body["kind"]}
    there = {item["metadata"]["name"]: item for item in body["items"]}
    here = {item["metadata"]["name"]: item for item in cluster.call("GET", answer["path"])["items"]}
    for name in names & set(there):
        if "finalizers" in there[name]["metadata"] and "deletionTimestamp" in there[name]["metadata"]:
            continue
        one, other = desired(here[name]), desired(there[name])
        if body["kind"] == "JobList":
            one, other = without_uid(here[name], one), without_uid(there[name], other)
        if name in CHANGED:
            continue
        assert one == other
    return len(names & set(there))


CHANGED = {"checkout"}  # rollout-stuck-own sets another image after applying


def without_uid(item, desire):
    return json.loads(json.dumps(desire).replace(item["metadata"]["uid"], "uid"))


class Stopped:
    """A clock that stands where the recorded namespace began, or began to end."""

    def __init__(self, scenario):
        metadata = recorded(scenario)[0]["body"]["metadata"]
        self.at = epoch(metadata.get("deletionTimestamp") or metadata["creationTimestamp"])

    def now(self):
        return self.at


def filled(store, scenario):
    """Puts everything that was recorded into the store, through its defaults, validation and admission."""
    store.create("v1/namespaces", {"metadata": {"name": scenario["namespace"]}})
    lists = [a["body"] for a in recorded(scenario) if a["status"] == 200 and "items" in (a["body"] or {})]
    for body in sorted(lists, key=lambda body: LATE.index(body["kind"]) if body["kind"] in LATE else -1):
        kind = store.kinds().of_kind(body["apiVersion"], body["kind"].removesuffix("List"))
        for item in body["items"]:
            place = (kind.key, item["metadata"].get("namespace"), item["metadata"]["name"])
            if store.get(*place) is None:
                store.create(kind.key, item)
    if "deletionTimestamp" in recorded(scenario)[0]["body"]["metadata"]:
        store.delete("v1/namespaces", None, scenario["namespace"])


LATE = [
    "PodList",
    "ValidatingWebhookConfigurationList",
]  # after the accounts that they need, before what they stop


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[item["id"] for item in SCENARIOS])
def test_what_the_real_server_stored_is_shown_unchanged(pki, scenario):
    clock = Stopped(scenario)
    store = Store(clock, rng=random.Random(5))
    with running(pki, store) as cluster:
        filled(store, scenario)
        written(cluster, scenario)
        local = [same_answer(cluster, answer) for answer in recorded(scenario)]
    assert found(local) == found(recorded(scenario))


def written(cluster, scenario):
    """Gives the containers the logs that they had there."""
    for answer in recorded(scenario):
        if "/log" in answer["path"] and answer["status"] == 200 and answer["body"]:
            path, query = urlsplit(answer["path"]).path, dict(parse_qsl(urlsplit(answer["path"]).query))
            place = (path.split("/")[6], query["container"], "previous" in query)
            cluster.logs.written[place] = [(0.0, line) for line in answer["body"].splitlines()]


NO_LOG = re.compile(r"is waiting to start: |^previous terminated container .* not found$")


def same_answer(cluster, answer):
    got = cluster.raw("GET", answer["path"], accept=answer["accept"])
    if (
        "/log" in answer["path"] and got.status == 400
    ):  # the simulated kubelet there answered 200 with nothing
        assert NO_LOG.search(json.loads(got.data)["message"])
        return answer
    assert got.status == answer["status"], (answer["path"], got.data)
    assert got.headers.get("Content-Type") == answer["content_type"]
    if "/log" in answer["path"]:
        assert got.data.decode().strip() == (answer["body"] or "").strip()
        return {**answer, "body": got.data.decode()}
    body = json.loads(got.data)
    if answer["body"]["kind"] == "Table":
        same_table(answer["body"], body)
    elif "items" in body:
        same_list(answer["body"], body)
    elif body["kind"] == "Namespace":
        assert untimed(plain(body)) == untimed(plain(answer["body"]))
    elif body["kind"] == "Status":
        assert body == answer["body"]
    return {**answer, "body": body}


def untimed(namespace):
    namespace["metadata"].pop("deletionTimestamp", None)
    for condition in namespace["status"].get("conditions", []):
        condition.pop("lastTransitionTime")
    return namespace


def same_table(there, here):
    shape = ("name", "type", "format", "priority")
    assert [[c[k] for k in shape] for c in here["columnDefinitions"]] == [
        [c[k] for k in shape] for c in there["columnDefinitions"]
    ]
    lasting = [i for i, c in enumerate(there["columnDefinitions"]) if c["name"] not in TIMES]
    for one, other in zip(here["rows"], there["rows"], strict=True):
        assert [one["cells"][i] for i in lasting] == [other["cells"][i] for i in lasting]
        assert one.get("conditions") == other.get("conditions")
        assert plain(one["object"]) == plain(other["object"])


def same_list(there, here):
    assert (here["kind"], here["apiVersion"]) == (there["kind"], there["apiVersion"])
    assert set(here["metadata"]) == set(there["metadata"])
    ours = {item["metadata"]["name"]: plain(item) for item in here["items"]}
    for item in there["items"]:
        expected, got = plain(item), ours[item["metadata"]["name"]]
        for part in (expected["metadata"], got["metadata"]):
            if "deletionTimestamp" in part:
                part["deletionTimestamp"] = "set"
        if item["metadata"]["name"] == "kube-root-ca.crt":
            expected["data"] = got["data"]  # each cluster has its own
        assert got == expected


def found(answers):
    """The diagnosis of a namespace from recorded or local answers."""
    shot = snapshot("\n".join(json.dumps(answer) for answer in answers))
    return [item.to_json() for item in analyse(shot).findings]


def discovery():
    path = DATA / "recordings/discovery.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def by_name(items):
    return {item["name"]: item for item in items}


@pytest.mark.parametrize(
    "answer", discovery(), ids=[f"{a['path']}-{'g=' in a['accept']}" for a in discovery()]
)
def test_discovery_is_that_of_the_real_server(fresh, answer):
    here = fresh.call("GET", answer["path"], accept=answer["accept"])
    there = answer["body"]
    assert here["kind"] == there["kind"] if "kind" in there else here == there
    if "resources" in there:
        assert by_name(here["resources"]) == by_name(there["resources"])
    elif "groups" in there:
        assert {
            name: set(group) for name, group in by_name(here["groups"]).items() if name != "autoscaling"
        } == {name: set(group) for name, group in by_name(there["groups"]).items() if name not in NOT_SERVED}


NOT_SERVED = {"resource.k8s.io", "autoscaling"}  # no dynamic resources, no autoscaling/v1

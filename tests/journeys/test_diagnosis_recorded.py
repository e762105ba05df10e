"""Diagnosis over what a real API server answered while each fault stood: the right cause, and silence when healthy."""

import json
import random
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tools.cluster.api import without_noise
from tools.cluster.diagnosis import analyse as module
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.catalogue import FAULTS
from tools.cluster.kinds import KINDS
from tools.cluster.objects import event_time, when
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import workloads

DATA = Path(__file__).resolve().parents[2] / "../shared/data/kubernetes"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"),
]
EXPECTED = {
    "imagepull-demos": "image_pull",
    "crashloop-env-demos": "crash_loop",
    "oomkill-demos": "oom_killed",
    "init-crash-demos": "init_container",
    "pending-selector-demos": "pending_node_selector",
    "pending-resources-demos": "pending_resources",
    "readiness-demos": "readiness_probe",
    "liveness-demos": "liveness_probe",
    "configmap-holmes-79": "failed_mount",
    "selector-holmes-76": "service_selects_nothing",
    "quota-limits-holmes-78a": "quota_exceeded",
    "pvc-class-demos": "pending_pvc_unbound",
    "rbac-sa-holmes-81": "rbac_forbidden",
    "hpa-norequests-holmes-85": "hpa_not_scaling",
    "job-demos": "job_failed",
    "targetport-own": "service_target_port",
    "taint-own": "pending_taint",
    "pdb-own": "pdb_blocks",
    "finalizer-ns-own": "finalizer_stuck",
    "webhook-own": "webhook_denied",
    "node-notready-own": "node_not_ready",
    "rollout-stuck-own": "rollout_stuck",
    "limitrange-own": "limit_range",
    "cronjob-own": "cronjob",
    "ingress-backend-own": "ingress_class",
}
CATALOGUE = {f.slug for f in FAULTS}
_PATHS = {
    (f"/apis/{k.group}/{k.version}" if k.group else f"/api/{k.version}", k.plural): k.plural for k in KINDS
}


def snapshot(text: str) -> Snapshot:
    """Recorded answers, one JSON object a line, as the snapshot that reading them would give."""
    items, logs, namespace, latest = {}, [], "", when(None)
    for line in text.splitlines():
        answer = json.loads(line)
        path, _, query = answer["path"].partition("?")
        if "as=Table" in answer["accept"] or answer["status"] >= 400:
            continue
        if path.endswith("/log"):
            parts = path.split("/")
            container = re.search(r"container=([^&]+)", query)[1]
            logs.append(Text(parts[6], container, "previous=true" in query, answer["body"] or ""))
            continue
        root, _, rest = path.partition("/namespaces/")
        if rest and "/" not in rest:
            namespace = rest
            items["namespaces"] = [answer["body"]]
            continue
        plural = path.rsplit("/", 1)[-1]
        root = root if rest else path.rsplit("/", 1)[0]
        if (root, plural) in _PATHS:
            items[plural] = [without_noise(item) for item in answer["body"].get("items") or []]
            for item in items[plural]:
                latest = max(latest, when(item["metadata"].get("creationTimestamp")))
    for event in items.get("events", []):
        latest = max(latest, event_time(event))
    return Snapshot("local", namespace, latest + timedelta(seconds=20), items, logs)


def recording(scenario: str) -> str:
    return (DATA / "recordings" / f"{scenario}.jsonl").read_text()


def scenarios() -> list[dict]:
    return yaml.safe_load((DATA / "index.yaml").read_text()) if DATA.is_dir() else []


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda s: s["id"])
def test_recorded_scenario_has_the_right_cause_first(scenario):
    found = analyse(snapshot(recording(scenario["id"]))).findings
    if scenario["id"] == "healthy-demos":
        assert found == ()
        return
    assert found, "nothing found"
    assert found[0].fault == EXPECTED[scenario["id"]], [f.fault for f in found]
    said = json.dumps([found[0].to_json()]).lower()
    for word in scenario["must_mention"]:
        spoken = {"init": "init", "node selector": "node selector", "heartbeat": "heartbeat"}.get(word, word)
        assert spoken.lower() in said, f"{word} missing in {said}"


@pytest.mark.parametrize("scenario", [*EXPECTED, "healthy-demos"])
def test_what_a_fault_explains_is_not_called_unknown(scenario):
    assert analyse(snapshot(recording(scenario))).unexplained == ()


def renamed(scenario: str, seed: int) -> tuple[str, dict[str, str]]:
    """The recording with every object name, namespace, image and label value of people replaced at random."""
    text = recording(scenario)
    rng = random.Random(seed)
    names: set[str] = set()
    for line in text.splitlines():
        body = json.loads(line)["body"]
        if not isinstance(body, dict):
            continue
        for item in body.get("items") or [body]:
            meta = item.get("metadata") or {}
            names.add(meta.get("namespace", ""))
            names |= {i["name"] for i in _inner(item, "containers") + _inner(item, "initContainers")}
            names |= {i.get("image", "").split(":")[0].split("/")[-1] for i in _inner(item, "containers")}
            if item.get("kind") != "Event" and "involvedObject" not in item:
                names.add(meta.get("name", ""))
    keep = {
        "",
        "default",
        "kube-root-ca.crt",
        "openshift-service-ca.crt",
        "kube-system",
        "admin",
        "view",
        "edit",
        "pods",
    }
    fresh = {}
    for name in sorted(names - keep, key=len, reverse=True):
        if len(name) > 2 and not name.startswith(("kube-", "system")) and "." not in name:
            fresh[name] = "".join(rng.choice("bcdfghklmnprstvwz") for _ in range(max(4, min(len(name), 14))))
    pattern = re.compile("|".join(rf"(?<![A-Za-z]){re.escape(n)}(?![A-Za-z0-9])" for n in fresh))
    return pattern.sub(lambda m: fresh[m.group(0)], text), fresh


def _inner(item: dict, field: str) -> list[dict]:
    spec = item.get("spec") or {}
    template = ((spec.get("template") or {}).get("spec") or {}).get(field) or []
    own = spec.get(field)
    return [*template, *(own if isinstance(own, list) else [])]


@pytest.mark.parametrize("scenario", [*EXPECTED, "healthy-demos"])
@pytest.mark.parametrize("seed", [1, 2])
def test_names_and_images_do_not_matter(scenario, seed):
    text, fresh = renamed(scenario, seed)
    assert fresh
    assert [f.fault for f in analyse(snapshot(text)).findings] == [
        f.fault for f in analyse(snapshot(recording(scenario))).findings
    ]


@pytest.mark.parametrize("scenario", EXPECTED)
def test_without_the_analyser_that_found_it_a_scenario_fails(scenario, monkeypatch):
    snap = snapshot(recording(scenario))
    wanted = EXPECTED[scenario]
    assert wanted in CATALOGUE
    kept = [d for d in module.DETECTORS if wanted not in {f.fault for f in d[2](snap, workloads(snap))}]
    assert len(kept) < len(module.DETECTORS)
    monkeypatch.setattr(module, "DETECTORS", tuple(kept))
    assert wanted not in {f.fault for f in analyse(snap).findings}


def test_every_reference_has_the_agreed_form():
    form = re.compile(
        r"^k8s:[\w.-]+/[\w.-]+/[a-z]+/[^#\s]+#\S.*$|^log:[\w.-]+/[\w.-]+/[^/\s]+/[^/\s]+@\d{4}-\d\d-\d\dT[\d:]+Z$"
    )
    for scenario in EXPECTED:
        for finding in analyse(snapshot(recording(scenario))).findings:
            assert finding.evidence
            for fact in finding.evidence:
                assert form.match(fact.ref), fact.ref


def test_a_kind_that_was_not_read_proves_nothing():
    """Without the nodes and the claims nothing may be said about them, and nothing else may be invented."""
    for scenario in ("healthy-demos", "pending-selector-demos", "pvc-class-demos", "rbac-sa-holmes-81"):
        snap = snapshot(recording(scenario))
        for plural in ("nodes", "storageclasses", "persistentvolumeclaims", "configmaps", "events", "roles"):
            snap.items.pop(plural, None)
        text = json.dumps([f.to_json() for f in analyse(snap).findings])
        assert "does not exist" not in text
        assert "no node carries" not in text


def test_when_is_in_order():
    assert datetime.fromisoformat("2026-11-23T11:11:49Z") == when("2026-11-23T11:11:49Z")

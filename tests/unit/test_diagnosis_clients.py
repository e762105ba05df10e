"""Faults that clients' logs and conditions tell, each with a decoy: the symptom is there, the cause is another or none."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from tools.cluster.diagnosis import analyse as module
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.catalogue import FAULTS
from tools.cluster.diagnosis.reaching import cut_off
from tools.cluster.snapshot import Snapshot, Text
from tools.registry import ACTIONS

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def obj(kind, name, spec=None, status=None, **meta):
    base = {"name": name, "uid": f"uid-{kind}-{name}", "namespace": "ns", "creationTimestamp": "2026-11-24T08:00:00Z"}  # fmt: skip
    return {"metadata": base | meta, "spec": spec or {}, "status": status or {}}


def pod(name, *, node="n1", env=(), ready=True, **spec):
    held = {"name": "app", "image": "img:1", "env": list(env), "ports": [{"containerPort": 8080}]}
    states = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": str(ready)}]
    running = {"name": "app", "ready": ready, "restartCount": 0, "state": {"running": {"startedAt": "2026-11-24T08:00:00Z"}}}  # fmt: skip
    status = {"phase": "Running", "conditions": states, "containerStatuses": [running], "startTime": "2026-11-24T08:00:00Z"}  # fmt: skip
    return obj("Pod", name, {"nodeName": node, "containers": [held], **spec}, status, labels={"app": name})


def service(name="orders-db", **spec):
    return obj("Service", name, {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}], **spec})  # fmt: skip


def policy(name, selects, **spec):
    return obj("NetworkPolicy", name, {"podSelector": {"matchLabels": {"app": selects}}, **spec})


def hpa(message):
    state = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": message}  # fmt: skip
    target = {"kind": "Deployment", "name": "web"}
    return obj("HorizontalPodAutoscaler", "web", {"scaleTargetRef": target, "maxReplicas": 5}, {"conditions": [state]})  # fmt: skip


def experiment(reason, message, group="chaos-mesh.org/v1alpha1", seconds=0):
    return {
        "metadata": {"name": f"slow.{reason}", "namespace": "ns"},
        "involvedObject": {"apiVersion": group, "kind": "NetworkChaos", "name": "slow"},
        "reason": reason,
        "message": message,
        "lastTimestamp": f"2026-11-24T08:59:{seconds:02}Z",
    }


@dataclass
class Case:
    """`log` is that of the pod `web`; `items` are by plural kind. The fault is empty for a decoy."""

    fault: str
    log: str = ""
    items: dict = field(default_factory=dict)

    def snap(self):
        base = {"pods": [pod("web")], "events": [], "deployments": [], "replicasets": [], "services": [], "nodes": []}  # fmt: skip
        logs = [Text("web", "app", False, self.log)] if self.log else []
        return Snapshot("local", "ns", NOW, base | self.items, logs)


GONE = "dial tcp: lookup orders-db on 10.96.0.10:53: no such host"
SLOW = 'Post "http://orders-db:80/pay": dial tcp 10.96.3.4:80: i/o timeout'
DEAF = "dial tcp: lookup orders-db on 10.96.0.10:53: i/o timeout"
BOTH = [pod("web"), pod("orders-db", node="n2")]
ENV = [{"name": "DB_URL", "value": "http://orders-db:80"}]
TO_DNS = {"ports": [{"port": 53, "protocol": "UDP"}]}
HERE = {"services": [service()], "pods": BOTH}
CLOSED = policy("closed", "orders-db", policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "admin"}}}]}])  # fmt: skip
OPEN = policy("open", "orders-db", policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}])  # fmt: skip
TWICE = [{"name": "PORT_NO", "value": "1"}, {"name": "PORT_NO", "value": "2"}]
MAP_ENV = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}}]
UNHANDLED = (
    "unable to get metrics: the server is currently unable to handle the request (get pods.metrics.k8s.io)"
)
DISCOVERY = "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1"


def dying(kind, message):
    state = {"type": kind, "status": "True", "message": message}
    return obj("Namespace", "ns", {}, {"phase": "Terminating", "conditions": [state]}, deletionTimestamp="2026-11-24T08:30:00Z")  # fmt: skip


def changed(at):
    return {"metadata": {"name": "settings"}, "keys": {"a": ""}, "changed": at}


CASES = {
    "deleted": Case("service_deleted", GONE, {"pods": [pod("web", env=ENV)]}),
    "deleted, node": Case("service_deleted", "Error: getaddrinfo ENOTFOUND orders-db.ns.svc.cluster.local"),
    "it exists": Case("", GONE, HERE),
    "a host elsewhere": Case("", "curl: (6) Could not resolve host: api.example.com"),
    "an old line": Case("", f"2026-11-24T08:01:00.5Z {GONE}"),
    "policy": Case("network_policy", SLOW, HERE | {"networkpolicies": [CLOSED]}),
    "policy lets it": Case("", SLOW, HERE | {"networkpolicies": [CLOSED, OPEN]}),
    "policy of another": Case(
        "", SLOW, HERE | {"networkpolicies": [policy("x", "other", policyTypes=["Ingress"])]}
    ),
    "refused, not cut off": Case(
        "", SLOW.replace("i/o timeout", "connection refused"), HERE | {"networkpolicies": [CLOSED]}
    ),
    "no names out": Case(
        "dns_egress_policy",
        DEAF,
        HERE
        | {
            "networkpolicies": [
                policy("out", "web", policyTypes=["Egress"], egress=[{"ports": [{"port": 443}]}])
            ]
        },
    ),
    "names may out": Case(
        "", DEAF, HERE | {"networkpolicies": [policy("out", "web", policyTypes=["Egress"], egress=[TO_DNS])]}
    ),
    "dnsPolicy": Case("dns_egress_policy", GONE, HERE | {"pods": [pod("web", dnsPolicy="Default"), BOTH[1]]}),
    "local": Case(
        "traffic_policy_local", SLOW, HERE | {"services": [service(internalTrafficPolicy="Local")]}
    ),
    "local, one here": Case(
        "",
        SLOW,
        {"services": [service(internalTrafficPolicy="Local")], "pods": [pod("web"), pod("orders-db")]},
    ),
    "expired": Case(
        "certificate_expiry",
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-24T09:00:00Z is after 2026-11-01T00:00:00Z",
    ),
    "not yet valid": Case(
        "",
        "x509: certificate has expired or is not yet valid: current time 2026-11-24T09:00:00Z is before 2026-12-01T00:00:00Z",
    ),
    "unknown authority": Case("", "x509: certificate signed by unknown authority"),
    "throttled": Case(
        "api_server_throttling",
        "the server has received too many requests and has asked us to try again later (get pods)",
    ),
    "own limit": Case("", "Waited for 1.2s due to client-side throttling, not priority and fairness"),
    "experiment": Case(
        "chaos_experiment", "", {"events": [experiment("Applied", "Successfully apply chaos for ns/web")]}
    ),
    "recovered": Case(
        "",
        "",
        {
            "events": [
                experiment("Applied", "Successfully apply chaos for ns/web"),
                experiment("Recovered", "Successfully recover chaos for ns/web", seconds=30),
            ]
        },
    ),
    "of somebody else": Case(
        "", "", {"events": [experiment("Applied", "Successfully apply chaos for ns/other")]}
    ),
    "not an experiment": Case("", "", {"events": [experiment("Applied", "ns/web", "example.com/v1")]}),
    "api down": Case("aggregated_api_down", "", {"horizontalpodautoscalers": [hpa(UNHANDLED)]}),
    "api down, deletion": Case(
        "aggregated_api_down", "", {"namespaces": [dying("NamespaceDeletionDiscoveryFailure", DISCOVERY)]}
    ),
    "twice": Case("config_drift", "bad PORT_NO", {"pods": [pod("web", env=TWICE)]}),
    "twice the same": Case("", "bad PORT_NO", {"pods": [pod("web", env=[TWICE[0], TWICE[0]])]}),
    "newer map": Case(
        "config_drift",
        "",
        {"pods": [pod("web", env=MAP_ENV)], "configmaps": [changed("2026-11-24T08:30:00Z")]},
    ),
    "older map": Case(
        "", "", {"pods": [pod("web", env=MAP_ENV)], "configmaps": [changed("2026-11-24T07:30:00Z")]}
    ),
}


def first(snap):
    return next((f.fault for f in analyse(snap).findings), "")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_cause_is_named_and_a_decoy_is_not_taken_for_it(case):
    found = analyse(case.snap()).findings
    assert [f.fault for f in found][:1] == ([case.fault] if case.fault else [])
    assert all(f.evidence and f.cause for f in found[:1])


def test_metrics_that_were_never_installed_are_not_an_api_that_is_down():
    missing = (
        "unable to get metrics: the server could not find the requested resource (get pods.metrics.k8s.io)"
    )
    assert "aggregated_api_down" not in {f.fault for f in analyse(Case("", "", {"horizontalpodautoscalers": [hpa(missing)]}).snap()).findings}  # fmt: skip


def test_evidence_names_the_variable_that_holds_the_name_and_never_a_password():
    secret = [{"name": "DSN", "value": "postgres://u:hunter2@orders-db:5432/x"}, *ENV]
    found = analyse(Case("", GONE, {"pods": [pod("web", env=secret)]}).snap()).findings[0]
    assert "spec.containers[app].env[DB_URL].value" in " ".join(e.ref for e in found.evidence)
    assert "hunter2" not in json.dumps(found.to_json())


def test_a_policy_is_judged_with_what_would_open_it():
    cause = analyse(CASES["policy"].snap()).findings[0].cause
    assert "closed" in cause
    assert "lets ingress from pods with app=web" in cause


@pytest.mark.parametrize("case", [c for c in CASES.values() if c.fault], ids=[n for n, c in CASES.items() if c.fault])  # fmt: skip
def test_other_names_give_the_same_answer(case):
    """Nothing is known by its name."""
    chance, text = random.Random(7), json.dumps([case.items, case.log])
    for word in ("orders-db", "web", "settings", "slow", "PORT_NO"):
        text = text.replace(word, "".join(chance.choices("abcdefghkmnp", k=9)))
    items, log = json.loads(text)
    held = next((p["metadata"]["name"] for p in items.get("pods", [])), "web")
    renamed = Case(case.fault, log, items).snap()
    renamed.logs = [Text(held, "app", False, log)] if log else []
    if "pods" not in items:
        renamed.items["pods"] = [pod(_called(items, log, case))]
        renamed.logs = [Text(renamed.items["pods"][0]["metadata"]["name"], "app", False, log)] if log else []
    assert first(renamed) == case.fault


def _called(items, log, case):
    """What the pod is called now: experiments name it in their message."""
    events = items.get("events")
    return events[0]["message"].rpartition("/")[2] if events else "some-pod"


def _without(fault, monkeypatch):
    kept = [d for d in module.DETECTORS if d[2].__module__.rpartition(".")[2] != fault]
    assert len(kept) < len(module.DETECTORS)
    monkeypatch.setattr(module, "DETECTORS", tuple(kept))


@pytest.mark.parametrize(
    ("analyser", "case"),
    [
        ("vanished", "deleted"),
        ("policies", "policy"),
        ("policies", "no names out"),
        ("local", "local"),
        ("said", "expired"),
        ("said", "throttled"),
        ("chaos", "experiment"),
        ("aggregated", "api down"),
        ("shadowed", "twice"),
        ("shadowed", "newer map"),
    ],
)
def test_without_its_analyser_a_case_fails(analyser, case, monkeypatch):
    _without(analyser, monkeypatch)
    assert first(CASES[case].snap()) != CASES[case].fault


@pytest.mark.parametrize(("line", "worth"), [(SLOW, True), (DEAF, True), (GONE, False), ("GET / 200", False)])
def test_policies_are_read_only_where_a_log_speaks_of_being_cut_off(line, worth):
    assert cut_off(line) is worth


def test_the_catalogue_holds_what_the_analysers_name_and_only_actions_that_exist():
    sources = [f.read_text() for f in Path(module.__file__).parent.glob("*.py") if f.name != "catalogue.py"]
    slugs = [f.slug for f in FAULTS]
    assert len(slugs) == len(set(slugs))
    assert [s for s in slugs if not any(f'"{s}"' in text for text in sources)] == []
    assert {c.fault for c in CASES.values() if c.fault} <= set(slugs)
    assert {a for f in FAULTS for a in f.actions} <= {a.name for a in ACTIONS}


def _crowd(count):
    """Healthy: every Deployment has a Service of its own."""
    names = [f"d{number}" for number in range(count)]
    return {"pods": [pod(name) for name in names], "services": [service(name) for name in names]}


def test_many_services_over_many_pods_take_time_in_proportion():
    """Each Service asking each pod took 15 s of the event loop at 500 Services and 5,000 pods."""

    def seconds(count):
        begun = process_time()
        assert analyse(Case("", "", _crowd(count)).snap()).findings == ()
        return process_time() - begun

    seconds(10)
    assert seconds(2000) < 2.0

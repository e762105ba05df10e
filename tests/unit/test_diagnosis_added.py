"""Faults of kinds that people install and of the cluster's own: each proved, each with decoys, by whatever names."""

import json
import random
import re
from datetime import UTC, datetime

import pytest

from tools.cluster.diagnosis import analyse as module
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATELY = "2026-11-24T08:59:30Z"
LONG_AGO = "2026-11-24T08:00:00Z"


def obj(name, spec=None, status=None, created=LONG_AGO, **meta):
    base = {"name": name, "uid": f"uid-{name}", "namespace": "ns", "creationTimestamp": created}
    return {"metadata": base | meta, "spec": spec or {}, "status": status or {}}


def conditions(**states):
    """`Accepted="False NoMatchingParent"` and the like."""
    found = [(kind, *text.partition(" ")[::2]) for kind, text in states.items()]
    return {"conditions": [{"type": k, "status": s, "reason": r, "message": f"because of {r}", "lastTransitionTime": LONG_AGO} for k, s, r in found]}  # fmt: skip


def pod(name="web", node="n1", ready=True, **spec):
    status = conditions(PodScheduled="True", Ready=str(ready)) | {
        "phase": "Running",
        "containerStatuses": [{"name": "app", "ready": ready, "restartCount": 0, "state": {"running": {}}}],
    }
    held = {"name": "app", "image": "img:1", "ports": [{"containerPort": 8080}]}
    return obj(name, {"nodeName": node, "containers": [held], **spec}, status, labels={"app": name})


def node(name, ready="True", **labels):
    return obj(name, {}, conditions(Ready=ready), labels=labels)


def service(name="web", **spec):
    return obj(
        name,
        {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30080}], **spec},
    )


def snap(**items):
    base = {
        "pods": [pod()],
        "events": [],
        "deployments": [],
        "replicasets": [],
        "services": [service()],
        "nodes": [node("n1"), node("n2")],
    }
    return Snapshot("local", "ns", NOW, base | items)


FINE = conditions(Accepted="True", Programmed="True")


def gateway(status=FINE, created=LONG_AGO, **spec):
    return obj("edge", {"gatewayClassName": "nginx", **spec}, status, created)


def route(conditions_=None, backend="web", port=80, parent="edge", created=LONG_AGO):
    said = [{"parentRef": {"name": parent}, **conditions_}] if conditions_ else []
    return obj(
        "pay",
        {
            "parentRefs": [{"name": parent}],
            "rules": [{"backendRefs": [{"name": backend, "port": port}]}],
        },
        {"parents": said},
        created,
    )


ROUTED = conditions(Accepted="True", ResolvedRefs="True")
CLASS = obj("nginx", {}, conditions(Accepted="True"))
GATEWAYS = {
    "programmed": ("", {"gateways": [gateway()], "httproutes": [route(ROUTED)]}),
    "not accepted": ("is False: Invalid", {"gateways": [gateway(conditions(Accepted="False Invalid"))]}),
    "not programmed": (
        "AddressNotAssigned",
        {"gateways": [gateway(conditions(Accepted="True", Programmed="False AddressNotAssigned"))]},
    ),
    "listener": (
        "(https): InvalidCertificateRef",
        {
            "gateways": [
                gateway(
                    FINE
                    | {
                        "listeners": [
                            {"name": "https", **conditions(ResolvedRefs="False InvalidCertificateRef")}
                        ]
                    }
                )
            ]
        },
    ),
    "no conflict": ("", {"gateways": [gateway(FINE | {"listeners": [{"name": "a", **conditions(Conflicted="False")}]})]}),
    "nobody's": ("no controller has taken it up", {"gateways": [gateway({})], "gatewayclasses": [CLASS]}),
    "unknown": ("no controller has taken it up", {"gateways": [gateway(conditions(Accepted="Unknown Pending"))], "gatewayclasses": [CLASS]}),
    "just made": ("", {"gateways": [gateway({}, LATELY)], "gatewayclasses": []}),
    "no such class": (
        "GatewayClass nginx does not exist, there is nginx-2",
        {"gateways": [gateway({})], "gatewayclasses": [obj("nginx-2")]},
    ),
    "class not read": ("no controller has taken it up", {"gateways": [gateway({})]}),
    "class not accepted": (
        "is not accepted (InvalidParameters)",
        {"gateways": [gateway({})], "gatewayclasses": [obj("nginx", {}, conditions(Accepted="False InvalidParameters"))]},
    ),
    "route refused": ("NotAllowedByListeners", {"httproutes": [route(conditions(Accepted="False NotAllowedByListeners"))]}),
    "route of a new one": ("", {"gateways": [gateway()], "httproutes": [route(created=LATELY)]}),
    "no such parent": ("parent Gateway old does not exist", {"gateways": [gateway()], "httproutes": [route(parent="old")]}),
    "no such backend": ("backend Service wep does not exist, there is web", {"httproutes": [route(ROUTED, "wep")]}),
    "no such port": ("has no port 81 (it has 80)", {"httproutes": [route(ROUTED, port=81)]}),
    "services not read": ("", {"services": [], "httproutes": [route(ROUTED)]}),
}  # fmt: skip
GATEWAYS["services not read"][1].pop("services")


def certificate(status, created=LONG_AGO, secret="web-tls"):
    return obj("web", {"secretName": secret, "issuerRef": {"name": "ca", "kind": "Issuer"}}, status, created)


UNTIL = {"notAfter": "2026-12-24T09:00:00Z"}
SOON = {"notAfter": "2026-11-26T09:00:00Z"}
USED = {"pods": [pod(volumes=[{"name": "t", "secret": {"secretName": "web-tls"}}])]}


def request(who="system:serviceaccount:ns:robot", created=LONG_AGO, certificate_="", **states):
    issued = {"certificate": certificate_} if certificate_ else {}
    return obj(
        "csr-1",
        {"signerName": "example.com/signer", "username": who},
        conditions(**states) | issued,
        created,
    )


ROBOT = {"pods": [pod(serviceAccountName="robot")]}
CERTIFICATES = {
    "ready": ("", {"certificates": [certificate(conditions(Ready="True Ready") | UNTIL)]}),
    "ran out": ("expired at 2026-11-20", {"certificates": [certificate(conditions(Ready="False Expired") | {"notAfter": "2026-11-20T09:00:00Z"})]}),
    "not issued": ("is not issued (DoesNotExist)", USED | {"certificates": [certificate(conditions(Ready="False DoesNotExist"))]}),
    "refused": ("because of Failed", {"certificates": [certificate(conditions(Ready="False DoesNotExist", Issuing="False Failed"))]}),
    "nobody works on it": ("nobody works on it", {"certificates": [certificate({})]}),
    "just asked": ("", {"certificates": [certificate({}, LATELY)]}),
    "renewal due": ("", {"certificates": [certificate(conditions(Ready="True") | SOON | {"renewalTime": LATELY})]}),
    "request": ("nobody has approved it", ROBOT | {"certificatesigningrequests": [request()]}),
    "approved, not signed": ("issues nothing", ROBOT | {"certificatesigningrequests": [request(Approved="True")]}),
    "signed": ("", ROBOT | {"certificatesigningrequests": [request(Approved="True", certificate_="x")]}),
    "denied": ("", ROBOT | {"certificatesigningrequests": [request(Denied="True")]}),
    "new request": ("", ROBOT | {"certificatesigningrequests": [request(created=LATELY)]}),
    "a person's": ("", {"certificatesigningrequests": [request("alice")]}),
    "of another namespace": ("", ROBOT | {"certificatesigningrequests": [request("system:serviceaccount:other:robot")]}),
    "of a node that went": ("CertificateSigningRequest csr-1 of node n2", {"nodes": [node("n1"), node("n2", "Unknown")], "certificatesigningrequests": [request("system:node:n2")]}),
}  # fmt: skip


def api(reason="", space="ns", group="things.example.com"):
    state = conditions(Available=f"False {reason}" if reason else "True Passed")
    return obj(
        f"v1.{group}",
        {"group": group, "service": {"name": "web", "namespace": space} if space else None},
        state,
    )


WAITING = "unable to get metrics: the server is currently unable to handle the request (get pods.metrics.k8s.io)"  # fmt: skip


def waiting_hpa():
    state = {"conditions": [{"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": WAITING}]}  # fmt: skip
    return obj("web", {"scaleTargetRef": {"kind": "Pod", "name": "web"}}, state)


AGGREGATED = {
    "ours": ("(MissingEndpoints)", {"apiservices": [api("MissingEndpoints")]}),
    "ours, up": ("", {"apiservices": [api()]}),
    "of another namespace": ("", {"apiservices": [api("ServiceNotFound", "other")]}),
    "one that an autoscaler waits for": (
        "APIService v1.metrics.k8s.io is not available (ServiceNotFound)",
        {
            "horizontalpodautoscalers": [waiting_hpa()],
            "apiservices": [api("ServiceNotFound", "kube-system", "metrics.k8s.io")],
        },
    ),
}
LOCAL = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
GIVEN = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
LEFT_OUT = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}


def balanced(**spec):
    return service(**(LOCAL | spec)) | {"status": GIVEN}


OUTSIDE = {
    "no node takes traffic": ("no node that takes traffic", {"services": [balanced()], "nodes": [node("n1", **LEFT_OUT), node("n2")]}),
    "one takes traffic": ("", {"services": [balanced()], "nodes": [node("n1"), node("n2", **LEFT_OUT)]}),
    "cluster-wide": ("", {"services": [balanced(externalTrafficPolicy="Cluster")], "nodes": [node("n1", **LEFT_OUT), node("n2")]}),
    "nodes not read": ("", {"services": [balanced()]}),
}  # fmt: skip
OUTSIDE["nodes not read"][1]["nodes"] = None


def chaos(phase="Injected", wanted="Run", pause=None, whom="ns/web/app", **states):
    record = [{"id": whom, "phase": phase}]
    status = conditions(**states) | {"experiment": {"desiredPhase": wanted, "containerRecords": record}}
    noted = {"annotations": {"experiment.chaos-mesh.org/pause": pause}} if pause else {}
    return obj("slow", {"action": "delay"}, status, **noted)


def engine(status="initialized", state="active", label="app=web", space="ns"):
    about = {"appns": space, "applabel": label, "appkind": "deployment"}
    return obj("nightly", {"engineState": state, "appinfo": about, "experiments": [{"name": "pod-delete"}]}, {"engineStatus": status})  # fmt: skip


CHAOS = {
    "injected": ("NetworkChaos slow is running against pod web", {"networkchaos": [chaos()]}),
    "selected": ("is running against", {"stresschaos": [obj("burn", {"selector": {"namespaces": ["ns"], "labelSelectors": {"app": "web"}}}, conditions(AllInjected="True") | {"experiment": {"desiredPhase": "Run"}})]}),
    "not begun": ("", {"networkchaos": [chaos("Not Injected")]}),
    "over": ("", {"networkchaos": [chaos(AllRecovered="True")]}),
    "stopped": ("", {"networkchaos": [chaos(wanted="Stop")]}),
    "paused": ("", {"networkchaos": [chaos(pause="true")]}),
    "of somebody else": ("", {"networkchaos": [chaos(whom="other/web/app")]}),
    "engine": ("ChaosEngine nightly is running against pod web", {"chaosengines": [engine()]}),
    "engine, completed": ("", {"chaosengines": [engine("completed")]}),
    "engine, stopped": ("", {"chaosengines": [engine(state="stop")]}),
    "engine of others": ("", {"chaosengines": [engine(label="app=other")]}),
    "engine of another namespace": ("", {"chaosengines": [engine(space="other")]}),
}  # fmt: skip
GROUPS = {
    "gateway_not_accepted": GATEWAYS,
    "certificate_expiry": CERTIFICATES,
    "aggregated_api_down": AGGREGATED,
    "traffic_policy_local": OUTSIDE,
    "chaos_experiment": CHAOS,
}
CASES = {f"{fault}: {name}": (fault, *case) for fault, cases in GROUPS.items() for name, case in cases.items()}  # fmt: skip
POSITIVE = {name: case for name, case in CASES.items() if case[1]}


def seen(items):
    made = snap(**{k: v for k, v in items.items() if v is not None})
    for plural in [k for k, v in items.items() if v is None]:
        del made.items[plural]
    return made


def named(made, fault):
    return [f for f in analyse(made).findings if f.fault == fault and f.severity == "fault"]


@pytest.mark.parametrize(("fault", "words", "items"), CASES.values(), ids=CASES)
def test_the_cause_is_named_with_its_proof_and_a_decoy_is_not_taken_for_it(fault, words, items):
    found = named(seen(items), fault)
    assert bool(found) is bool(words), [f.cause for f in found]
    if words:
        assert words in found[0].cause
        assert found[0].evidence
        assert all(fact.value for fact in found[0].evidence)


@pytest.mark.parametrize(("fault", "words", "items"), POSITIVE.values(), ids=POSITIVE)
def test_by_other_names_it_is_the_same(fault, words, items):
    del words
    chance, text = random.Random(5), json.dumps(seen(items).items)
    for word in ("web", "edge", "nginx", "pay", "slow", "nightly", "csr-1", "robot", "n2"):
        text = re.sub(rf"\b{word}\b", "".join(chance.choices("bcdfghk", k=8)), text)
    assert named(Snapshot("local", "ns", NOW, json.loads(text)), fault)


@pytest.mark.parametrize(
    ("analyser", "case"),
    [
        ("gateways", "gateway_not_accepted: not accepted"),
        ("gateways", "gateway_not_accepted: no such backend"),
        ("issuing", "certificate_expiry: ran out"),
        ("issuing", "certificate_expiry: request"),
        ("aggregated", "aggregated_api_down: ours"),
        ("local", "traffic_policy_local: no node takes traffic"),
        ("chaos", "chaos_experiment: injected"),
        ("chaos", "chaos_experiment: engine"),
    ],
)
def test_without_its_analyser_a_case_fails(analyser, case, monkeypatch):
    kept = [d for d in module.DETECTORS if d[2].__module__.rpartition(".")[2] != analyser]
    assert len(kept) < len(module.DETECTORS)
    monkeypatch.setattr(module, "DETECTORS", tuple(kept))
    fault, _, items = CASES[case]
    assert not named(seen(items), fault)


def test_what_would_hurt_one_day_is_a_risk():
    late = certificate(conditions(Ready="True") | SOON | {"renewalTime": "2026-11-20T09:00:00Z"})
    assert _risks(snap(certificates=[late])) == {"certificate_expiry"}
    port = service(type="NodePort", externalTrafficPolicy="Local")
    assert _risks(snap(services=[port])) == {"traffic_policy_local"}
    waiting = request("system:node:n2")
    assert _risks(snap(certificatesigningrequests=[waiting])) == {"certificate_expiry"}


def _risks(made):
    found = analyse(made)
    assert not found.faults
    return {f.fault for f in found.findings}


def test_an_api_that_answers_by_now_is_no_fault():
    up = api("", "kube-system", "metrics.k8s.io")
    assert not named(snap(horizontalpodautoscalers=[waiting_hpa()], apiservices=[up]), "aggregated_api_down")


def test_who_needs_the_certificate_is_told_and_is_concerned():
    shown = obj("front", {"tls": [{"secretName": "web-tls"}]})
    made = snap(**USED, certificates=[certificate(conditions(Ready="False DoesNotExist"))], ingresses=[shown])
    [found] = named(made, "certificate_expiry")
    assert "ingress/front, pod/web need it" in found.cause
    assert analyse(made, frozenset({"pod/web"})).faults


def test_what_the_bot_may_not_read_is_said_with_the_right_that_is_missing():
    made = snap()
    assert analyse(made).verdict == "nothing_wrong"
    made.refused["nodes"] = "I may not list nodes at cluster scope on local"
    [found] = analyse(made).findings
    assert (found.fault, found.severity) == ("rbac_forbidden_bot", "risk")
    assert "the right that is missing: list nodes at cluster scope" in found.cause
    assert found.evidence[0].ref == "k8s:local/-/node/-#list"
    assert analyse(made, frozenset({"pod/web"})).findings

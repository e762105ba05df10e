"""No analyser is idle: each has a case that nobody else finds, and by whatever names things go, the answer is the same."""

import dataclasses
import json
import re
from functools import cache

import pytest

from tests.journeys import test_diagnosis_recorded as recorded
from tests.journeys import test_diagnosis_unseen as unseen
from tests.unit import test_diagnosis_added as added
from tests.unit import test_diagnosis_clients as clients
from tests.unit import test_diagnosis_helm as helm
from tests.unit import test_diagnosis_limits as limits
from tools.cluster.diagnosis import analyse as module
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import workloads

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not recorded.DATA.is_dir(), reason="shared data absent")]


def leaving(since=-600):
    return unseen.snap(pods=[unseen.pod(deletionTimestamp=unseen.at(since), finalizers=["example.com/x"])])


def released(rollout=-600):
    """Errors rose with the rollout, ten minutes ago."""
    rose = unseen.signal("x", "errors", "%", 5, [0.5] * 51 + [30.0] * 10)
    return unseen.snap(signals=[rose], **unseen.released([{}, {"MODE": "new"}], rollout))


def forbidden(refused=True):
    made = unseen.snap(pods=[unseen.pod()])
    made.refused = {"jobs": "I may not list jobs"} if refused else {}
    return made


# analyser -> what it is needed for, its fault, and a decoy: the symptom is there, and the cause is none of its own
BUILT = {
    "leaving.detect": (leaving, "pod_stuck_terminating", lambda: leaving(-5)),
    "release.detect": (released, "bad_release", lambda: released(-200)),
    "mine.detect": (forbidden, "rbac_forbidden_bot", lambda: forbidden(refused=False)),
    "credentials.detect": (lambda: limits.CASES["variable"][1], "secret_corrupted", lambda: limits.CASES["no Secret"][1]),
    "throttled.detect": (lambda: limits.CASES["throttled"][1], "cpu_throttling", lambda: limits.CASES["no limit"][1]),
    "helmed.detect": (lambda: helm.CASES["stuck in an upgrade"][0], "helm_release", lambda: helm.CASES["under way"][0]),
}  # fmt: skip
ELSEWHERE = {
    "vanished.detect": lambda: (clients.CASES["deleted"].snap(), clients.CASES["deleted"].fault),
    "policies.detect": lambda: (clients.CASES["policy"].snap(), clients.CASES["policy"].fault),
    "local.detect": lambda: (clients.CASES["local"].snap(), clients.CASES["local"].fault),
    "said.detect": lambda: (clients.CASES["expired"].snap(), clients.CASES["expired"].fault),
    "aggregated.detect": lambda: (clients.CASES["api down"].snap(), clients.CASES["api down"].fault),
    "shadowed.detect": lambda: (clients.CASES["twice"].snap(), clients.CASES["twice"].fault),
    "gateways.detect": lambda: _added("gateway_not_accepted: not accepted"),
    "issuing.detect": lambda: _added("certificate_expiry: ran out"),
    "chaos.detect": lambda: _added("chaos_experiment: injected"),
}


def _added(case):
    fault, _, items = added.CASES[case]
    return added.seen(items), fault


def title(detect):
    return f"{detect.__module__.rpartition('.')[2]}.{detect.__name__}"


ALL = [title(detector) for _, _, detector in module.DETECTORS]


@cache
def by_recording():
    """Analyser -> (recorded scenario, its fault)."""
    found = {}
    for scenario, fault in recorded.EXPECTED.items():
        snap = recorded.snapshot(recorded.recording(scenario))
        every = workloads(snap)
        for _, _, detect in module.DETECTORS:
            if fault in {finding.fault for finding in detect(snap, every)}:
                found.setdefault(title(detect), (snap, fault))
    return found


def case(analyser):
    if analyser in BUILT:
        make, fault, _ = BUILT[analyser]
        return make(), fault
    return ELSEWHERE[analyser]() if analyser in ELSEWHERE else by_recording()[analyser]


def faults(snap):
    return [finding.fault for finding in analyse(snap).findings]


@pytest.mark.parametrize("analyser", ALL)
def test_without_the_analyser_its_case_is_not_found(analyser, monkeypatch):
    snap, fault = case(analyser)
    before = faults(snap).count(fault)
    assert before
    kept = tuple(one for one in module.DETECTORS if title(one[2]) != analyser)
    assert len(kept) == len(module.DETECTORS) - 1
    monkeypatch.setattr(module, "DETECTORS", kept)
    assert faults(snap).count(fault) < before


@pytest.mark.parametrize("analyser", BUILT)
def test_a_decoy_is_not_taken_for_it(analyser):
    _, fault, decoy = BUILT[analyser]
    assert fault not in faults(decoy())


NAMES = {"web": "qrvtz", "app": "mblkd", "img": "zzpwr", "db-login": "hgtrw-klq", "pay-api": "vvnk", "pay": "wqsd", "orders": "bgtfr", "p0": "n0", "p1": "n1"}  # fmt: skip
WORD = re.compile("|".join(rf"(?<![\w.-]){re.escape(name)}(?![\w-])" for name in NAMES))


def other(text):
    return WORD.sub(lambda m: NAMES[m[0]], text)


@pytest.mark.parametrize("analyser", BUILT)
def test_by_other_names_it_is_the_same(analyser):
    snap, _ = case(analyser)
    items = json.loads(other(json.dumps(snap.items)))
    logs = [Text(other(t.pod), other(t.container), t.previous, other(t.text)) for t in snap.logs]
    signals = tuple(dataclasses.replace(s, service=other(s.service)) for s in snap.signals)
    services = {other(key): other(value) for key, value in snap.services.items()}
    again = Snapshot(snap.cluster, snap.namespace, snap.now, items, logs, refused=snap.refused, signals=signals, services=services)  # fmt: skip
    assert items != snap.items
    assert faults(again) == faults(snap)

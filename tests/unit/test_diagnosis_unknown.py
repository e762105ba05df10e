"""Pods that do not do well for no reason that anybody knows: said as seen, never healthy, never a wrong cause."""

import pytest

from tests.unit.test_diagnosis_limits import NOW, snap
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot
from tools.reads.diagnosis_words import head, tail

LONG_AGO, LATELY = "2026-11-24T08:00:00Z", "2026-11-24T08:59:10Z"
ODD = {"waiting": {"reason": "FluxMisaligned", "message": "the flux is off by two"}}


def sick(state=ODD, since=LONG_AGO, phase="Pending", **meta):
    made = snap("nothing of note")
    pod = made.items["pods"][0]
    pod["metadata"] |= {"creationTimestamp": since} | meta
    pod["status"] = {
        "phase": phase,
        "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False", "reason": "ContainersNotReady", "lastTransitionTime": since}],
        "containerStatuses": [{"name": "app", "ready": False, "restartCount": 0, "state": state}],
    }  # fmt: skip
    return made


class Place:
    namespace = "ns"

    class api:  # noqa: N801 (it stands for an attribute)
        name = "local"


@pytest.mark.parametrize("state", [ODD, {"running": {"startedAt": LONG_AGO}}, {"waiting": {"reason": "ContainerCreating"}}, {}])  # fmt: skip
def test_what_nobody_can_explain_is_unknown_and_told_as_seen(state):
    found = analyse(sick(state))
    assert (found.verdict, found.findings) == ("unexplained", ())
    [one] = found.unexplained
    assert "pod web has 0 of 1 pods ready" in one.words and "ContainersNotReady" in one.words
    said = " ".join(head(found, Place, None, []))
    assert "the cause is unknown" in said and "Healthy" not in said


def test_what_the_cluster_says_about_it_is_shown_and_is_text_of_others():
    [one] = analyse(sick()).unexplained
    assert "waiting: FluxMisaligned the flux is off by two" in one.words
    assert [fact.untrusted for fact in one.evidence if "flux" in fact.value] == [True]


@pytest.mark.parametrize(
    "made", [sick(since=LATELY), sick(phase="Succeeded"), sick(deletionTimestamp="2026-11-24T08:59:50Z")], ids=["starting", "finished", "leaving"]
)  # fmt: skip
def test_what_starts_ends_or_leaves_is_not_unknown(made):
    assert analyse(made).unexplained == ()


def test_beside_a_fault_it_is_named_as_not_explained_by_it():
    made = sick()
    crashed = sick({"waiting": {"reason": "CrashLoopBackOff"}}).items["pods"][0]
    crashed["metadata"] = crashed["metadata"] | {"name": "other", "uid": "u2"}
    crashed["status"]["containerStatuses"][0] |= {"restartCount": 4, "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": LONG_AGO}}}  # fmt: skip
    both = Snapshot("local", "ns", NOW, {**made.items, "pods": [*made.items["pods"], crashed]})
    found = analyse(both)
    assert [f.fault for f in found.findings] == ["crash_loop"]
    assert "none of these faults explains it" in " ".join(tail(found, both))
    assert [one.workload.name for one in found.unexplained] == ["web"]


ENDED = {"exitCode": 143, "reason": "Error", "startedAt": LONG_AGO, "finishedAt": LATELY}


@pytest.mark.parametrize(
    "made",
    [
        sick({"terminated": ENDED}, deletionTimestamp="2026-11-24T09:00:20Z"),
        sick({"terminated": {**ENDED, "exitCode": 0, "reason": "Completed"}}, phase="Succeeded"),
    ],
    ids=["leaving", "done"],
)
def test_what_ends_as_somebody_wants_it_to_does_not_crash(made):
    assert analyse(made).findings == ()


def test_what_a_scheduler_says_that_nobody_knows_is_shown_and_called_no_lack_of_room():
    made = sick()
    message = "0/3 nodes are available: 3 node(s) were refused by the moon phase plugin."
    made.items["pods"][0]["status"]["conditions"][0] = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}  # fmt: skip
    found = analyse(made)
    assert (found.verdict, found.findings) == ("unexplained", ())
    [one] = found.unexplained
    assert "moon phase plugin" in one.words
    assert [fact.untrusted for fact in one.evidence if "moon" in fact.value] == [True]

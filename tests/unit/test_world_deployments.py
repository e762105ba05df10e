"""Deployments in the local cluster: budget, revisions, deadline, pause, undo, refusal."""

import pytest

from sandbox.world.controllers.rollout import Budget, OldSet, budget, grown, shared_out, shrunk
from tests.unit.worlds import NS, Lab, set_image

DEPLOYMENTS = "apps/v1/deployments"
REPLICASETS = "apps/v1/replicasets"


def progressing(lab):
    return next(c for c in lab.get(DEPLOYMENTS, "web")["status"]["conditions"] if c["type"] == "Progressing")


def test_a_rollout_never_leaves_its_budget_and_ends():
    lab = Lab()
    lab.deployment()
    lab.after(10)
    lab.edit(DEPLOYMENTS, "web", set_image("web:2"))
    fewest, most = 6, 6
    for _ in range(60):
        lab.after(0.1)
        live = [p for p in lab.pods() if not p["metadata"].get("deletionTimestamp")]
        ready = [
            p
            for p in live
            if any(
                c["type"] == "Ready" and c["status"] == "True" for c in p["status"].get("conditions") or []
            )
        ]
        fewest, most = min(fewest, len(ready)), max(most, len(live))
    assert fewest >= 5  # 25 % of 6 rounds down to one away
    assert most <= 8  # and up to two more
    status = lab.get(DEPLOYMENTS, "web")["status"]
    assert status["updatedReplicas"] == status["availableReplicas"] == status["replicas"] == 6
    assert progressing(lab)["reason"] == "NewReplicaSetAvailable"
    assert {p["spec"]["containers"][0]["image"] for p in lab.pods()} == {"web:2"}


def test_an_undo_gives_the_old_set_the_highest_number():
    lab = Lab()
    lab.deployment()
    lab.after(10)
    lab.edit(DEPLOYMENTS, "web", set_image("web:2"))
    lab.after(10)
    lab.edit(DEPLOYMENTS, "web", set_image("web:1"))
    lab.after(10)
    sets = lab.store.list(REPLICASETS, NS)
    assert len(sets) == 2
    back = next(s for s in sets if s["spec"]["replicas"])
    assert back["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
    assert back["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"
    assert lab.get(DEPLOYMENTS, "web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"


def test_a_rollout_that_cannot_end_is_called_late_after_its_deadline():
    lab = Lab()
    lab.deployment(replicas=2)
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].update(progressDeadlineSeconds=30))
    lab.after(10)
    lab.edit(DEPLOYMENTS, "web", set_image("web:does-not-exist"))
    lab.after(20)
    assert progressing(lab)["reason"] == "ReplicaSetUpdated"
    lab.after(20)
    assert progressing(lab)["status"] == "False"
    assert progressing(lab)["reason"] == "ProgressDeadlineExceeded"
    assert lab.get(DEPLOYMENTS, "web")["status"]["availableReplicas"] == 2  # the old ones still serve


def test_a_paused_deployment_takes_changes_without_rolling_them_out():
    lab = Lab()
    lab.deployment(replicas=2)
    lab.after(10)
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].update(paused=True))
    lab.edit(DEPLOYMENTS, "web", set_image("web:2"))
    lab.after(10)
    assert {p["spec"]["containers"][0]["image"] for p in lab.pods()} == {"web:1"}
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].pop("paused"))
    lab.after(10)
    assert {p["spec"]["containers"][0]["image"] for p in lab.pods()} == {"web:2"}


def test_old_revisions_beyond_the_limit_are_forgotten():
    lab = Lab()
    lab.deployment(replicas=1)
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].update(revisionHistoryLimit=1))
    for number in range(2, 5):
        lab.after(5)
        lab.edit(DEPLOYMENTS, "web", set_image(f"web:{number}"))
    lab.after(5)
    assert len(lab.store.list(REPLICASETS, NS)) == 2


def test_a_quota_that_refuses_the_pods_shows_in_set_and_deployment():
    lab = Lab()
    lab.make("v1/resourcequotas", "small", spec={"hard": {"pods": "1"}})
    lab.deployment(replicas=2)
    lab.after(5)
    entry = lab.store.list(REPLICASETS, NS)[0]
    failure = next(c for c in entry["status"]["conditions"] if c["type"] == "ReplicaFailure")
    assert "exceeded quota: small" in failure["message"]
    assert any("exceeded quota" in text for text in lab.events("FailedCreate"))
    assert any(c["type"] == "ReplicaFailure" for c in lab.get(DEPLOYMENTS, "web")["status"]["conditions"])


def test_scaling_to_zero_and_back():
    lab = Lab()
    lab.deployment(replicas=3)
    lab.after(5)
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].update(replicas=0))
    lab.after(5)
    assert lab.pods() == []
    lab.edit(DEPLOYMENTS, "web", lambda d: d["spec"].update(replicas=4))
    lab.after(5)
    assert len(lab.pods()) == 4


@pytest.mark.parametrize(
    ("strategy", "replicas", "expected"),
    [
        ({"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}, 6, Budget(2, 1)),
        ({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}, 4, Budget(0, 1)),
        ({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 9}}, 4, Budget(1, 4)),
        ({"type": "Recreate"}, 4, Budget(0, 4)),
    ],
)
def test_the_budget(strategy, replicas, expected):
    assert budget(strategy, replicas) == expected


def test_the_arithmetic_of_a_step():
    assert grown(wanted=6, total=6, new=0, surge=2) == 2
    assert grown(wanted=6, total=8, new=2, surge=2) == 2
    sizes = shrunk([OldSet(6, 6)], wanted=6, unavailable=1, total=8, new=2, new_available=0)
    assert sizes == [5]
    assert sum(shared_out([4, 2], 12, 12)) == 12

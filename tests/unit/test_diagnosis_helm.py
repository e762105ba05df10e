"""Helm releases in a diagnosis: stuck, failed, well; with and without the right; their contents are never asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running
from tests.unit.test_tools_releases import SECRET, record
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.diagnosis.helmed import RECORDS
from tools.cluster.helm import only_marks
from tools.cluster.snapshot import Snapshot
from tools.reads.k8s_diagnose import K8S_DIAGNOSE

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLD, LATELY = timedelta(minutes=50), timedelta(minutes=2)
MARK = {"meta.helm.sh/release-name": "pay", "meta.helm.sh/release-namespace": "shop"}


def deployment(ready=1, name="pay-api", **marks):
    meta = {"name": name, "namespace": "shop", "uid": f"u-{name}", "creationTimestamp": "2026-11-01T08:00:00Z", "annotations": marks or MARK, "labels": {"helm.sh/chart": "pay-1.2.0"}}  # fmt: skip
    held = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "app", "image": "img:1"}]},
    }
    counts = {"replicas": 1, "readyReplicas": ready, "updatedReplicas": 1, "availableReplicas": ready, "observedGeneration": 1}  # fmt: skip
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": held}
    return {"metadata": meta, "spec": spec, "status": counts}


def snap(*records, ready=1):
    owner = {"kind": "Deployment", "name": "pay-api", "uid": "u-pay-api", "controller": True}
    meta = {"name": "pay-api-x", "namespace": "shop", "uid": "p", "labels": {"app": "pay-api"}, "ownerReferences": [owner], "creationTimestamp": "2026-11-01T08:00:00Z"}  # fmt: skip
    pod = {"metadata": meta, "spec": {"containers": []}, "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": str(bool(ready))}]}}  # fmt: skip
    items = {
        "pods": [pod],
        "events": [],
        "services": [],
        "deployments": [deployment(ready)],
        "replicasets": [],
    }
    kept = {RECORDS: [only_marks(one) for one in records]} if records else {}
    return Snapshot("local", "shop", NOW, items | kept)


def one(number, status, ago=OLD):
    return record("pay", number, status, NOW - ago)


WELL = one(1, "superseded"), one(2, "deployed")
CASES = {
    "stuck in an upgrade": (snap(*WELL, one(3, "pending-upgrade")), "fault", "helm rollback pay 2 -n shop"),
    "stuck in a rollback": (snap(*WELL, one(3, "pending-rollback")), "fault", "is in pending-rollback for 50 minutes"),
    "stuck at its first": (snap(one(1, "pending-install")), "fault", "helm uninstall pay -n shop, then install again"),
    "stuck in going": (snap(*WELL[:1], one(2, "uninstalling")), "fault", "helm uninstall pay"),
    "failed, and its pods do not do well": (snap(*WELL, one(3, "failed"), ready=0), "fault", "(revision 3) failed"),
    "failed, and the old one serves": (snap(*WELL, one(3, "failed")), "risk", "what serves is of revision 2"),
    "under way": (snap(*WELL, one(3, "pending-upgrade", LATELY)), "", ""),
    "well": (snap(*WELL), "", ""),
    "an upgrade that hung and was rolled back": (snap(one(1, "pending-upgrade"), one(2, "deployed")), "", ""),
    "not read": (snap(), "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "severity", "words"), CASES.values(), ids=CASES)
def test_a_release_that_hangs_or_failed_is_told_and_one_that_does_not_is_no_fault(seen, severity, words):
    found = [f for f in analyse(seen).findings if f.fault == "helm_release"]
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(words in f.cause and len(f.evidence) >= 2 for f in found)
    assert ("Helm releases" in analyse(seen).checked) is seen.knows(RECORDS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("helmed")) as cluster:
        now = datetime.now(UTC).replace(microsecond=0)
        for space in ("shop", "bare"):
            cluster.store.create("v1/namespaces", {"metadata": {"name": space}})
        cluster.store.create("v1/secrets", record("pay", 2, "deployed", now - timedelta(hours=2)))
        cluster.store.create("v1/secrets", record("pay", 3, "pending-upgrade", now - timedelta(hours=1)))
        cluster.store.create("apps/v1/deployments", deployment())
        cluster.store.patch_status("apps/v1/deployments", "shop", "pay-api", deployment()["status"])
        by_hand = deployment(name="by-hand", note="by hand")
        cluster.store.create(
            "apps/v1/deployments",
            by_hand | {"metadata": by_hand["metadata"] | {"namespace": "bare", "uid": "v"}},
        )
        yield cluster


def asked(cluster, before):
    return [
        r for r in list(cluster.server.requests)[before:] if r.path.partition("?")[0].endswith("/secrets")
    ]


async def diagnosed(shop, who, **args):
    before = len(shop.server.requests)
    with desk(shop, who=who) as at:
        found = await at.run(K8S_DIAGNOSE, **args)
    return found, asked(shop, before)


async def test_the_cluster_is_asked_for_labels_alone(shop):
    found, requests = await diagnosed(shop, "admin", namespace="shop", name="pay-api")
    told = {f["fault"]: f for f in found.data["findings"]}["helm_release"]
    assert "helm rollback pay 2 -n shop" in told["cause"]
    assert told["evidence"][0]["ref"].endswith("secret/sh.helm.release.v1.pay.v3#metadata.labels.status")
    assert SECRET not in str(found)
    assert len(requests) == 1


async def test_without_the_right_nothing_is_concluded(shop):
    found, requests = await diagnosed(shop, "bot", namespace="shop", name="pay-api")
    assert "helm_release" not in {f["fault"] for f in found.data["findings"]} and len(requests) == 1
    assert "Helm releases" not in found.data["checked"]


async def test_where_helm_made_nothing_it_is_not_asked(shop):
    _, requests = await diagnosed(shop, "admin", namespace="bare", name="by-hand")
    assert requests == []

"""A workload against what was applied to it: changes by hand are found, defaults and autoscalers are none."""

import json

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running
from tools.errors import AskBack
from tools.reads.k8s_drift import K8S_DRIFT

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"


def manifest(name, **spec):
    container = {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}], "env": [{"name": "MODE", "value": "fast"}, {"name": "DB_PASSWORD", "value": "applied-secret"}], "resources": {"requests": {"cpu": "1000m"}}}  # fmt: skip
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}} | spec,
    }  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("drift")) as one:
        one.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        apps = "/apis/apps/v1/namespaces/shop/deployments"
        items = [manifest(name) for name in ("web", "same", "scaled", "restarted")]
        one.kubectl("apply", "-f", "-", stdin="\n---\n".join(json.dumps(item) for item in items))
        one.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest("server")))
        bare = manifest("bare") | {"metadata": {"name": "bare", "namespace": "shop", "labels": {"app.kubernetes.io/managed-by": "Helm"}}}  # fmt: skip
        one.call("POST", apps, bare, status=201)
        change = {"spec": {"replicas": 7, "template": {"spec": {"containers": [{"name": "web", "image": "web:2", "env": [{"name": "DEBUG", "value": "1"}, {"name": "DB_PASSWORD", "value": "live-secret"}], "resources": {"requests": {"cpu": "1"}}}]}}}}  # fmt: skip
        one.call("PATCH", f"{apps}/web", change, kind=STRATEGIC, fieldManager="by-hand")
        one.call("PATCH", f"{apps}/scaled", {"spec": {"replicas": 9}}, kind=MERGE)
        one.call("PATCH", f"{apps}/server", {"spec": {"replicas": 4}}, kind=MERGE, fieldManager="by-hand")
        one.kubectl("rollout", "restart", "deployment/restarted", "-n", "shop")
        hpa = {"metadata": {"name": "h", "namespace": "shop"}, "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "scaled"}, "maxReplicas": 9}}  # fmt: skip
        one.store.create("autoscaling/v2/horizontalpodautoscalers", hpa)
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


async def test_what_was_changed_by_hand_is_named_with_who_did_it(at):
    found = await at.run(K8S_DRIFT, namespace="shop", name="web")
    fields = {c["field"]: (c["applied"], c["is"], c["by"]) for c in found.data["changes"]}
    container = "template.spec.containers[web]"
    assert fields[f"{container}.image"] == ("web:1", "web:2", "by-hand")
    assert fields["replicas"] == ("2", "7", "by-hand")
    assert fields[f"{container}.env[DEBUG]"] == ("", "1", "by-hand")
    assert fields[f"{container}.env[DB_PASSWORD]"][:2] == ("(hidden)", "(hidden)")
    assert len(fields) == 4, "1000m is 1, and what the server fills in is no drift"
    assert found.evidence[0].ref.startswith("k8s:local/shop/deployment/web#spec.")
    said = found.digest + json.dumps(found.data)
    assert "applied-secret" not in said
    assert "live-secret" not in said


async def test_a_namespace_names_those_that_are_not_as_applied(at):
    found = await at.run(K8S_DRIFT, namespace="shop")
    assert found.data["drifted"] == ["deployment shop/server", "deployment shop/web"]
    assert (found.data["compared"], found.data["not_declared"]) == (5, 1)
    assert "2 workloads of 5 that were applied in namespace shop are not as applied." in found.digest
    assert "deployment shop/scaled: replicas are set by an autoscaler: applied 2, is 9" in found.digest
    assert "deployment shop/restarted: restarted at " in found.digest
    assert "deployment shop/bare: managed by Helm" in found.digest


async def test_with_server_side_apply_what_others_own_is_the_drift(at):
    found = await at.run(K8S_DRIFT, namespace="shop", name="server")
    assert [(c["field"], c["is"], c["by"]) for c in found.data["changes"]] == [("replicas", "4", "by-hand")]


async def test_as_applied_is_an_answer_and_a_wrong_name_a_question(at):
    assert (await at.run(K8S_DRIFT, namespace="shop", name="same")).digest.startswith("No drift: 1 workload")
    assert (await at.run(K8S_DRIFT, namespace="shop", name="bare")).digest.startswith("Nothing to compare")
    with pytest.raises(AskBack, match="no workload 'nope'"):
        await at.run(K8S_DRIFT, namespace="shop", name="nope")

"""Evictions and their budgets, logs, metrics, and what the record and the faults of the local cluster say."""

import json
import time

import pytest
from kubernetes import client
from urllib3.exceptions import ProtocolError

from tests.unit.cluster_running import pod, refused, running, workload

PODS = "/api/v1/namespaces/shop/pods"
BUDGETS = "policy/v1/poddisruptionbudgets"
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
MERGE_PATCH = "application/merge-patch+json"
NOW = time.time()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("pods"), metrics=True) as running_cluster:
        running_cluster.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        yield running_cluster


@pytest.fixture
def cluster(server):
    """Two running pods, no budgets, no faults."""
    store = server.store
    for kind in ("v1/pods", BUDGETS, "apps/v1/deployments"):
        for item in store.list(kind, "shop"):
            store.delete(kind, "shop", item["metadata"]["name"], grace_seconds=0)
    for name in ("web-0", "web-1"):
        store.create("v1/pods", pod(name))
    store.create("apps/v1/deployments", workload("web"))
    server.logs.written.clear()
    server.server.faults.clear()
    return server


def budget(cluster, name="web", *, allowed=0, healthy=4, wanted=4):
    body = {
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"minAvailable": wanted, "selector": {"matchLabels": {"app": "web"}}},
    }
    cluster.store.create(BUDGETS, body)
    status = {
        "observedGeneration": 1,
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": wanted,
        "expectedPods": healthy,
    }
    cluster.store.patch_status(BUDGETS, "shop", name, status)


def evict(cluster, name="web-0", *, named="", uid="", status=201, **query):
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": named or name, "namespace": "shop"},
    }
    if uid:
        body["deleteOptions"] = {"preconditions": {"uid": uid}}
    return cluster.call("POST", f"{PODS}/{name}/eviction", body, status=status, **query)


def test_an_eviction_begins_the_pods_end(cluster):
    assert evict(cluster)["status"] == "Success"
    assert cluster.call("GET", f"{PODS}/web-0")["metadata"]["deletionTimestamp"]


def test_an_eviction_names_the_pod_of_its_address_and_its_uid(cluster):
    assert (
        evict(cluster, named="other", status=400)["message"]
        == "name in URL does not match name in Eviction object"
    )
    assert evict(cluster, uid="another-pod", status=409)["reason"] == "Conflict"
    uid = cluster.call("GET", f"{PODS}/web-0")["metadata"]["uid"]
    evict(cluster, uid=uid)
    assert evict(cluster, "none", status=404)["reason"] == "NotFound"


@pytest.mark.parametrize("query", [{}, {"dryRun": "All"}])
def test_a_budget_that_is_spent_refuses_with_429_and_no_retry_after(cluster, query):
    budget(cluster)
    answer = cluster.raw("POST", f"{PODS}/web-0/eviction", {"metadata": {"name": "web-0"}}, **query)
    assert answer.status == 429
    assert "Retry-After" not in answer.headers
    body = json.loads(answer.data)
    assert body == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Cannot evict pod as it would violate the pod's disruption budget.",
        "reason": "TooManyRequests",
        "details": {
            "causes": [
                {
                    "reason": "DisruptionBudget",
                    "message": "The disruption budget web needs 4 healthy pods and has 4 currently",
                }
            ]
        },
        "code": 429,
    }


def test_the_python_client_reads_the_budgets_refusal(cluster):
    budget(cluster)
    core = client.CoreV1Api(cluster.client())
    body = client.V1Eviction(metadata=client.V1ObjectMeta(name="web-0", namespace="shop"))
    code, answer = refused(core.create_namespaced_pod_eviction, "web-0", "shop", body)
    assert code == 429
    assert answer["details"]["causes"][0]["reason"] == "DisruptionBudget"


def test_a_budget_that_allows_one_is_spent_by_one(cluster):
    budget(cluster, allowed=1)
    evict(cluster, dryRun="All")
    evict(cluster)
    left = cluster.store.get(BUDGETS, "shop", "web")["status"]
    assert (left["disruptionsAllowed"], list(left["disruptedPods"])) == (0, ["web-0"])
    evict(cluster, "web-1", status=429)


def test_two_budgets_are_a_500_without_reason(cluster):
    budget(cluster)
    budget(cluster, "other")
    body = evict(cluster, status=500)
    assert "reason" not in body
    assert "more than one PodDisruptionBudget" in body["message"]


def test_daemons_are_evicted_like_others_and_finished_pods_cost_nothing(cluster):
    budget(cluster)
    done = pod("web-2")
    done["status"]["phase"] = "Succeeded"
    cluster.store.create("v1/pods", done)
    evict(cluster, "web-2")


def test_logs_are_cut_by_lines_bytes_and_time(cluster):
    cluster.logs.written["web-0", "web", False] = [(NOW - 100 + n, f"line {n}") for n in range(5)]
    core = client.CoreV1Api(cluster.client())
    assert core.read_namespaced_pod_log("web-0", "shop") == "".join(f"line {n}\n" for n in range(5))
    assert core.read_namespaced_pod_log("web-0", "shop", tail_lines=2) == "line 3\nline 4\n"
    assert core.read_namespaced_pod_log("web-0", "shop", limit_bytes=6) == "line 0"
    assert core.read_namespaced_pod_log("web-0", "shop", since_seconds=3600).count("\n") == 5
    assert core.read_namespaced_pod_log("web-0", "shop", since_seconds=5) == ""
    stamped = core.read_namespaced_pod_log("web-0", "shop", tail_lines=1, timestamps=True)
    assert stamped.endswith("Z line 4\n")


def test_a_container_must_be_named_when_there_are_several(cluster):
    several = pod("two", containers=[{"name": "a", "image": "i"}, {"name": "b", "image": "i"}])
    cluster.store.create("v1/pods", several)
    core = client.CoreV1Api(cluster.client())
    code, body = refused(core.read_namespaced_pod_log, "two", "shop")
    assert code == 400
    assert body["message"] == "a container name must be specified for pod two, choose one of: [a b]"
    code, body = refused(core.read_namespaced_pod_log, "two", "shop", container="c")
    assert (code, body["message"]) == (400, "container c is not valid for pod two")
    assert core.read_namespaced_pod_log("two", "shop", container="b") == ""


def test_a_pod_without_a_node_answers_nothing(cluster):
    cluster.store.create("v1/pods", pod("pending", node=""))
    answer = cluster.raw("GET", f"{PODS}/pending/log")
    assert (answer.status, answer.data) == (204, b"")
    assert client.CoreV1Api(cluster.client()).read_namespaced_pod_log("pending", "shop") in ("", None)


def test_the_log_before_a_restart_exists_only_after_one(cluster):
    core = client.CoreV1Api(cluster.client())
    code, body = refused(core.read_namespaced_pod_log, "web-0", "shop", previous=True)
    assert code == 400
    assert body["message"] == 'previous terminated container "web" in pod "web-0" not found'
    item = cluster.store.get("v1/pods", "shop", "web-0")
    item["status"]["containerStatuses"][0]["lastState"] = {"terminated": {"exitCode": 1}}
    cluster.store.replace("v1/pods", item, subresource="status")
    cluster.logs.written["web-0", "web", True] = [(NOW, "goodbye")]
    assert core.read_namespaced_pod_log("web-0", "shop", previous=True) == "goodbye\n"


def test_a_container_that_waits_has_no_log(cluster):
    item = cluster.store.get("v1/pods", "shop", "web-0")
    item["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ImagePullBackOff"}}
    cluster.store.replace("v1/pods", item, subresource="status")
    body = cluster.call("GET", f"{PODS}/web-0/log", status=400)
    assert body["message"] == (
        'container "web" in pod "web-0" is waiting to start: trying and failing to pull image'
    )


def test_a_log_is_followed(cluster):
    cluster.logs.written["web-0", "web", False] = [(NOW, "first")]
    answer = cluster.pool("admin").request(
        "GET", f"{cluster.server.url}{PODS}/web-0/log?follow=true&limitBytes=13", preload_content=False
    )
    assert answer.read(6) == b"first\n"
    cluster.logs.written["web-0", "web", False].append((NOW + 1, "second"))
    assert answer.read() == b"second\n"


def test_exec_is_not_there(cluster):
    body = cluster.call("POST", f"{PODS}/web-0/exec?command=ls", status=501)
    assert body["message"] == "the local cluster runs no containers"


def test_usage_is_served_where_something_measures(cluster):
    usage = {"name": "web", "usage": {"cpu": "25m", "memory": "64Mi"}}
    head = {"timestamp": "2026-11-25T00:00:00Z", "window": "15s"}
    metadata = {"name": "web-0", "namespace": "shop", "labels": {"app": "web"}}
    cluster.meter.of_pods = [{"metadata": metadata, **head, "containers": [usage]}]
    cluster.meter.of_nodes = [{"metadata": {"name": "node-1"}, **head, "usage": usage["usage"]}]
    path = "/apis/metrics.k8s.io/v1beta1"
    listed = cluster.call("GET", f"{path}/namespaces/shop/pods", labelSelector="app=web")
    assert (listed["kind"], listed["items"][0]["containers"]) == ("PodMetricsList", [usage])
    assert cluster.call("GET", f"{path}/nodes/node-1")["usage"]["cpu"] == "25m"
    assert cluster.call("GET", f"{path}/namespaces/other/pods")["items"] == []
    cluster.call("GET", f"{path}/nodes/none", status=404)
    custom = client.CustomObjectsApi(cluster.client())
    assert custom.list_namespaced_custom_object("metrics.k8s.io", "v1beta1", "shop", "pods")["items"]


def fault(cluster, **body):
    return cluster.call("POST", "/sandbox/faults", body, status=201)


def scale(cluster, replicas, **more):
    return cluster.raw("PATCH", f"{WEB}/scale", {"spec": {"replicas": replicas}}, kind=MERGE_PATCH, **more)


def replicas(cluster):
    return cluster.store.get("apps/v1/deployments", "shop", "web")["spec"]["replicas"]


def test_only_the_administrator_orders_faults(cluster):
    cluster.call("POST", "/sandbox/faults", {"status": 500}, status=403, who="viewer")
    cluster.call("GET", "/sandbox/requests", status=403, who="bot")
    cluster.call("POST", "/sandbox/faults", {"colour": "red"}, status=400)


def test_a_fault_answers_200_and_changes_nothing(cluster):
    fault(cluster, path="/scale", method="PATCH", accept_but_ignore=True)
    answer = scale(cluster, 7)
    assert (answer.status, json.loads(answer.data)["spec"]["replicas"]) == (200, 7)
    assert replicas(cluster) == 2
    assert scale(cluster, 7).status == 200
    assert replicas(cluster) == 7


def test_a_fault_is_an_answer_of_ones_own_for_so_many_times(cluster):
    fault(cluster, verb="patch", status=500, times=2)
    fault(
        cluster, verb="patch", status=429, headers={"Retry-After": "3"}, body={"kind": "Status", "code": 429}
    )
    assert [scale(cluster, 3).status for _ in range(2)] == [500, 500]
    limited = scale(cluster, 3)
    assert (limited.status, limited.headers["Retry-After"]) == (429, "3")
    assert scale(cluster, 3).status == 200


def test_a_fault_is_for_one_user_alone(cluster):
    fault(cluster, user="viewer", status=503)
    assert cluster.raw("GET", PODS).status == 200
    assert cluster.raw("GET", PODS, who="viewer").status == 503


def test_a_fault_delays(cluster):
    fault(cluster, path="/scale", delay_ms=300)
    began = time.monotonic()
    assert scale(cluster, 4).status == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(("when", "after"), [("before", 2), ("after", 9)])
def test_a_fault_breaks_the_connection_before_or_after_the_deed(cluster, when, after):
    fault(cluster, path="/scale", drop=when)
    with pytest.raises((ProtocolError, OSError)):
        scale(cluster, 9)
    assert replicas(cluster) == after


def test_a_fault_takes_the_change_back_later(cluster):
    fault(cluster, path="/scale", revert_ms=200)
    assert scale(cluster, 9).status == 200
    assert replicas(cluster) == 9
    time.sleep(0.5)
    assert replicas(cluster) == 2


def test_faults_are_forgotten_on_request(cluster):
    fault(cluster, status=500, times=100)
    assert cluster.call("DELETE", "/sandbox/faults") == {}
    assert scale(cluster, 3).status == 200


def test_the_record_tells_writes_from_dry_runs_and_refusals(cluster):
    scale(cluster, 5, dryRun="All")
    scale(cluster, 5)
    scale(cluster, 6, who="viewer")
    last = cluster.call("GET", "/sandbox/requests")["requests"][-3:]
    assert [item["is_write"] for item in last] == [False, True, False]
    assert [item["code"] for item in last] == [200, 200, 403]
    assert last[1]["resource"] == "deployments/scale"
    assert (last[1]["verb"], last[1]["user"], last[1]["user_agent"]) == (
        "patch",
        "kubernetes-admin",
        "tests/1",
    )

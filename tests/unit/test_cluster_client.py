"""What the Python client 37 makes of the local cluster's answers: the traps that a bot has to know."""

import pydantic
import pytest
import urllib3
from kubernetes import client, config
from kubernetes.stream import stream

from tests.unit.cluster_running import pod, refused, running, workload

ALICE = "slack:TLOCAL:UALICE"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running(tmp_path_factory.mktemp("client")) as cluster:
        cluster.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        cluster.store.create("apps/v1/deployments", workload("web"))
        cluster.store.create("v1/pods", pod("web-0"))
        yield cluster


@pytest.fixture
def core(cluster):
    return client.CoreV1Api(cluster.client())


def test_a_server_that_is_slow_is_not_an_api_exception(cluster, core):
    cluster.server.faults.add({"path": "/pods", "delay_ms": 600, "times": 9})
    with pytest.raises((urllib3.exceptions.MaxRetryError, urllib3.exceptions.ReadTimeoutError)):
        core.list_namespaced_pod("shop", _request_timeout=(0.3, 0.3))
    cluster.server.faults.clear()


def test_a_certificate_that_nobody_vouches_for_is_not_an_api_exception(cluster):
    settings = client.Configuration()
    settings.host = cluster.server.url
    with (
        client.ApiClient(settings) as api,
        pytest.raises(urllib3.exceptions.MaxRetryError, match="CERTIFICATE"),
    ):
        client.VersionApi(api).get_code()


def test_a_refused_exec_has_status_0(cluster, core):
    viewer = config.new_client_from_config(str(cluster.server.kubeconfigs["viewer"]))
    with viewer, pytest.raises(client.ApiException) as problem:
        call = client.CoreV1Api(viewer).connect_get_namespaced_pod_exec
        stream(call, "web-0", "shop", command=["ls"], stdout=True)
    assert problem.value.status == 0
    assert "Handshake status 403" in problem.value.reason


def test_getting_exec_is_not_enough_to_use_it(cluster):
    rules = [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get"]}]
    rbac = "rbac.authorization.k8s.io"
    cluster.store.create(f"{rbac}/v1/clusterroles", {"metadata": {"name": "peek"}, "rules": rules})
    cluster.store.create(
        f"{rbac}/v1/clusterrolebindings",
        {
            "metadata": {"name": "peek"},
            "subjects": [{"kind": "User", "name": "nobody"}],
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "peek"},
        },
    )
    body = cluster.call("GET", "/api/v1/namespaces/shop/pods/web-0/exec?command=ls", status=403, who="nobody")
    assert 'cannot create resource "pods/exec"' in body["message"]


def test_a_field_that_the_client_does_not_know_is_dropped_without_a_word(cluster, core):
    item = cluster.store.get("v1/pods", "shop", "web-0")
    item["status"]["fromTheFuture"] = True
    cluster.store.replace("v1/pods", item, subresource="status")
    assert not hasattr(core.read_namespaced_pod("web-0", "shop").status, "from_the_future")
    assert cluster.call("GET", "/api/v1/namespaces/shop/pods/web-0")["status"]["fromTheFuture"] is True


def test_an_answer_without_a_required_field_raises(cluster):
    body = {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": "web"},
        "spec": {"replicas": 1},
    }
    cluster.server.faults.add({"path": "deployments/web", "status": 200, "body": body})
    with pytest.raises(pydantic.ValidationError):
        client.AppsV1Api(cluster.client()).read_namespaced_deployment("web", "shop")


def test_several_groups_go_with_a_header_each(cluster):
    """The client offers nothing for it; this is how the product does it."""
    api = config.new_client_from_config(str(cluster.server.kubeconfigs["bot"]))
    send = api.rest_client.pool_manager.request

    def request(method, url, headers=None, **more):
        all_of_them = urllib3.HTTPHeaderDict(headers or {})
        all_of_them["Impersonate-User"] = ALICE
        for group in ("chatops:viewer", "chatops:operator"):
            all_of_them.add("Impersonate-Group", group)
        return send(method, url, headers=all_of_them, **more)

    api.rest_client.pool_manager.request = request
    with api:
        apps = client.AppsV1Api(api)
        assert apps.patch_namespaced_deployment("web", "shop", {"spec": {"paused": True}}).spec.paused
        code, body = refused(apps.delete_namespaced_deployment, "web", "shop")
    assert (code, body["reason"]) == (403, "Forbidden")
    assert f'User "{ALICE}" cannot delete resource "deployments"' in body["message"]


def test_the_dynamic_client_finds_kinds_by_discovery(cluster):
    from kubernetes.dynamic import DynamicClient

    dynamic = DynamicClient(cluster.client(), cache_file=str(cluster.folder / "discovery.json"))
    deployments = dynamic.resources.get(api_version="apps/v1", kind="Deployment")
    assert deployments.get(name="web", namespace="shop").spec.replicas == 2

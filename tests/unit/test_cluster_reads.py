"""Lists, selectors, pages, tables and watches of the local cluster."""

import json
import threading

import pytest
from kubernetes import client, watch

from sandbox.cluster.store import Store
from tests.unit.cluster_running import pod, refused, running, workload

PODS = "/api/v1/namespaces/shop/pods"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
PARTIAL_ONE = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Ten pods in `shop`, of two tiers, on two nodes; history of forty changes."""
    store = Store(kept_changes=40)
    with running(tmp_path_factory.mktemp("reads"), store) as cluster:
        store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        for number in range(10):
            body = pod(f"web-{number}", node=f"node-{number % 2}")
            body["metadata"]["labels"] |= {"tier": "front" if number < 6 else "back", "n": str(number)}
            store.create("v1/pods", body)
        yield cluster


def names(body):
    return [item["metadata"]["name"] for item in body["items"]]


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("tier=front", 6),
        ("tier==back", 4),
        ("tier!=front", 4),
        ("tier in (front, back)", 10),
        ("tier notin (front)", 4),
        ("tier", 10),
        ("!tier", 0),
        ("n>7", 2),
        ("n<2", 2),
        ("app=web,tier=back,n!=6", 3),
    ],
)
def test_labels_select(cluster, selector, count):
    assert len(names(cluster.call("GET", PODS, labelSelector=selector))) == count


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("spec.nodeName=node-1", 5),
        ("spec.nodeName!=node-1", 5),
        ("metadata.name=web-3", 1),
        ("status.phase=Running,spec.nodeName=node-0", 5),
        ("metadata.namespace=shop", 10),
        ("spec.restartPolicy=Always", 10),
        ("spec.schedulerName=default-scheduler", 10),
        ("spec.serviceAccountName=default", 10),
        ("spec.hostNetwork=false", 10),
        ("status.nominatedNodeName=", 10),
    ],
)
def test_fields_select(cluster, selector, count):
    assert len(names(cluster.call("GET", PODS, fieldSelector=selector))) == count


@pytest.mark.parametrize(
    ("path", "selector", "message"),
    [
        (PODS, "spec.image=x", "field label not supported: spec.image"),
        ("/api/v1/nodes", "status.phase=x", "field label not supported: status.phase"),
        (
            "/apis/apps/v1/deployments",
            "spec.replicas=1",
            '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        ("/apis/batch/v1/jobs", "spec.suspend=true", 'field label "spec.suspend" not supported for Job'),
    ],
)
def test_a_field_that_is_not_selectable_is_400(cluster, path, selector, message):
    body = cluster.call("GET", path, status=400, fieldSelector=selector)
    assert (body["reason"], body["message"]) == ("BadRequest", message)


def test_a_selector_that_cannot_be_read_is_400(cluster):
    assert cluster.call("GET", PODS, status=400, labelSelector="a in b")["reason"] == "BadRequest"
    assert cluster.call("GET", PODS, status=400, fieldSelector="nothing")["reason"] == "BadRequest"


@pytest.mark.parametrize("field", ["kind", "namespace", "name", "uid", "apiVersion", "fieldPath"])
def test_events_are_selected_by_what_they_are_about(cluster, field):
    cluster.call("GET", "/api/v1/events", fieldSelector=f"involvedObject.{field}=x")
    cluster.call(
        "GET", "/api/v1/events", fieldSelector="reason=x,type=Warning,source=kubelet,reportingComponent=x"
    )


def test_pages_say_how_much_is_left(cluster):
    first = cluster.call("GET", PODS, limit=4)
    assert names(first) == ["web-0", "web-1", "web-2", "web-3"]
    assert first["metadata"]["remainingItemCount"] == 6
    second = cluster.call("GET", PODS, limit=4, **{"continue": first["metadata"]["continue"]})
    assert second["metadata"]["remainingItemCount"] == 2
    third = cluster.call("GET", PODS, limit=4, **{"continue": second["metadata"]["continue"]})
    assert names(second) + names(third) == [f"web-{n}" for n in range(4, 10)]
    assert "continue" not in third["metadata"]
    versions = {page["metadata"]["resourceVersion"] for page in (first, second, third)}
    assert len(versions) == 1


def test_a_selected_page_does_not_say_how_much_is_left(cluster):
    page = cluster.call("GET", PODS, limit=2, labelSelector="tier=front")
    assert page["metadata"]["continue"]
    assert "remainingItemCount" not in page["metadata"]


def test_the_client_counts_with_a_list_of_one(cluster):
    page = client.CoreV1Api(cluster.client()).list_namespaced_pod("shop", limit=1)
    assert 1 + page.metadata.remaining_item_count == 10


def test_an_old_continue_token_is_410_with_a_fresh_one(cluster):
    page = cluster.call("GET", PODS, limit=8)
    for number in range(45):
        cluster.store.create("v1/configmaps", {"metadata": {"name": f"c-{number}", "namespace": "shop"}})
    body = cluster.call("GET", PODS, status=410, limit=8, **{"continue": page["metadata"]["continue"]})
    assert body["reason"] == "Expired"
    assert body["message"].startswith("The provided continue parameter is too old")
    rest = cluster.call("GET", PODS, limit=8, **{"continue": body["metadata"]["continue"]})
    assert names(rest) == ["web-8", "web-9"]


def test_a_continue_token_that_nobody_gave_is_400(cluster):
    assert cluster.call("GET", PODS, status=400, limit=1, **{"continue": "!!"})["reason"] == "BadRequest"


def test_a_version_from_the_future_is_a_timeout(cluster):
    body = cluster.call("GET", PODS, status=504, resourceVersion=str(cluster.store.version + 1000))
    assert body["reason"] == "Timeout"
    assert "Too large resource version" in body["message"]


def test_items_of_a_list_carry_no_kind_and_a_single_object_does(cluster):
    listed = cluster.call("GET", PODS)
    assert (listed["kind"], listed["apiVersion"]) == ("PodList", "v1")
    assert "kind" not in listed["items"][0]
    assert cluster.call("GET", f"{PODS}/web-1")["kind"] == "Pod"


def test_a_table_has_the_cells_that_kubectl_prints(cluster):
    table = cluster.call("GET", PODS, accept=TABLE)
    assert table["kind"] == "Table"
    columns = [column["name"] for column in table["columnDefinitions"]]
    assert columns[:5] == ["Name", "Ready", "Status", "Restarts", "Age"]
    row = table["rows"][0]
    assert row["cells"][:4] == ["web-0", "1/1", "Running", "0"]
    assert row["object"]["kind"] == "PartialObjectMetadata"
    bare = cluster.call("GET", PODS, accept=TABLE, includeObject="None")
    assert "object" not in bare["rows"][0]
    whole = cluster.call("GET", PODS, accept=TABLE, includeObject="Object")
    assert whole["rows"][0]["object"]["spec"]["nodeName"] == "node-0"


def test_metadata_alone_has_no_spec(cluster):
    body = cluster.call("GET", PODS, accept=PARTIAL)
    assert body["kind"] == "PartialObjectMetadataList"
    assert set(body["items"][0]) == {"kind", "apiVersion", "metadata"}
    assert set(cluster.call("GET", f"{PODS}/web-0", accept=PARTIAL_ONE)) == {"kind", "apiVersion", "metadata"}


def test_what_is_not_spoken_is_406(cluster):
    assert cluster.call("GET", PODS, status=406, accept="application/x-thing")["reason"] == "NotAcceptable"


def lines(cluster, path=PODS, **query):
    """The events of a watch that ends by itself."""
    answer = cluster.raw("GET", path, watch="1", timeoutSeconds=1, **query)
    assert answer.status == 200
    return [json.loads(line) for line in answer.data.splitlines()]


def test_a_watch_begins_with_what_is_there_and_ends_with_its_time(cluster):
    found = lines(cluster)
    assert [event["type"] for event in found] == ["ADDED"] * 10
    assert found[0]["object"]["kind"] == "Pod"


def test_a_watch_goes_on_from_a_version(cluster):
    version = cluster.call("GET", PODS, limit=1)["metadata"]["resourceVersion"]
    cluster.store.create("v1/pods", pod("late"))
    cluster.store.delete("v1/pods", "shop", "late", grace_seconds=0)
    found = lines(cluster, resourceVersion=version)
    assert [event["type"] for event in found] == ["ADDED", "DELETED"]


def test_a_watch_sees_what_enters_and_leaves_its_selection(cluster):
    version = cluster.call("GET", PODS, limit=1)["metadata"]["resourceVersion"]
    for label in ("red", "blue"):
        body = cluster.store.get("v1/pods", "shop", "web-1")
        body["metadata"]["labels"]["colour"] = label
        cluster.store.replace("v1/pods", body)
    found = lines(cluster, resourceVersion=version, labelSelector="colour=red")
    assert [event["type"] for event in found] == ["ADDED", "DELETED"]


def test_a_streaming_list_ends_its_beginning_with_a_bookmark(cluster):
    query = {
        "sendInitialEvents": "true",
        "allowWatchBookmarks": "true",
        "resourceVersionMatch": "NotOlderThan",
    }
    found = lines(cluster, **query)
    assert [event["type"] for event in found[:11]] == ["ADDED"] * 10 + ["BOOKMARK"]
    assert found[10]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert [event["type"] for event in found[11:]] == ["BOOKMARK"]  # the last one says goodbye
    assert found[10]["object"]["metadata"]["resourceVersion"] == str(cluster.store.version)
    refusal = cluster.call("GET", PODS, status=422, watch="1", sendInitialEvents="true")
    assert "resourceVersionMatch must be set to NotOlderThan" in refusal["message"]


def test_a_stale_watch_is_told_410_at_once(cluster):
    for number in range(45):
        cluster.store.create("v1/configmaps", {"metadata": {"name": f"d-{number}", "namespace": "shop"}})
    (event,) = lines(cluster, resourceVersion="3")
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert event["object"]["message"].startswith("too old resource version: 3 (")


def test_a_watch_as_a_table_sends_its_columns_once(cluster):
    answer = cluster.raw("GET", PODS, accept=TABLE, watch="1", timeoutSeconds=1)
    tables = [json.loads(line)["object"] for line in answer.data.splitlines()]
    assert tables[0]["columnDefinitions"]
    assert tables[1]["columnDefinitions"] is None


def test_the_clients_watch_sees_a_change_while_it_waits(cluster):
    watching = watch.Watch()
    core = client.CoreV1Api(cluster.client())
    version = core.list_namespaced_pod("shop", limit=1).metadata.resource_version
    timer = threading.Timer(0.3, cluster.store.create, ("v1/pods", pod("fresh")))
    timer.start()
    for event in watching.stream(
        core.list_namespaced_pod, "shop", resource_version=version, timeout_seconds=10
    ):
        assert (event["type"], event["object"].metadata.name) == ("ADDED", "fresh")
        watching.stop()
    timer.join()
    cluster.store.delete("v1/pods", "shop", "fresh", grace_seconds=0)


def test_the_typed_client_reads_every_kind_that_a_fresh_server_holds(cluster):
    """A response that lacks a required field would raise."""
    api = cluster.client()
    core, rbac = client.CoreV1Api(api), client.RbacAuthorizationV1Api(api)
    assert len(core.list_namespace().items) == 6
    assert core.read_namespaced_service("kubernetes", "default").spec.cluster_ip == "10.96.0.1"
    assert {item.metadata.name for item in core.list_service_account_for_all_namespaces().items} >= {
        "default"
    }
    assert rbac.list_cluster_role_binding().items
    assert client.AppsV1Api(api).list_deployment_for_all_namespaces().items == []
    assert client.VersionApi(api).get_code().minor == "36"
    assert client.SchedulingV1Api(api).list_priority_class().items
    assert client.DiscoveryV1Api(api).list_endpoint_slice_for_all_namespaces().items == []


def test_an_object_and_a_group_that_are_not_there_are_two_different_404s(cluster):
    body = cluster.call("GET", f"{PODS}/none", status=404)
    assert (body["reason"], body["message"]) == ("NotFound", 'pods "none" not found')
    assert body["details"] == {"name": "none", "kind": "pods"}
    answer = cluster.raw("GET", "/apis/metrics.k8s.io/v1beta1/pods")
    assert (answer.status, answer.data) == (404, b"404 page not found\n")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_events_are_shown_in_both_their_forms(cluster):
    event = {
        "metadata": {"name": "e.1", "namespace": "shop"},
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-1"},
        "reason": "BackOff",
        "message": "Back-off restarting",
        "type": "Warning",
        "count": 3,
        "firstTimestamp": "2026-11-25T00:00:00Z",
        "lastTimestamp": "2026-11-25T00:01:00Z",
        "source": {"component": "kubelet", "host": "node-1"},
    }
    client.CoreV1Api(cluster.client()).create_namespaced_event("shop", event)
    (new,) = cluster.call("GET", "/apis/events.k8s.io/v1/namespaces/shop/events")["items"]
    assert (new["note"], new["regarding"]["name"], new["deprecatedCount"]) == (
        "Back-off restarting",
        "web-1",
        3,
    )
    assert new["eventTime"] is None  # which the typed client does not read, on a real server neither
    core = cluster.call("GET", "/api/v1/namespaces/shop/events", fieldSelector="involvedObject.name=web-1")
    assert core["items"][0]["eventTime"] is None
    assert core["items"][0]["reportingComponent"] == ""


def test_method_and_resource_that_do_not_go_together_are_405(cluster):
    assert cluster.call("PUT", PODS, {}, status=405)["reason"] == "MethodNotAllowed"
    assert cluster.call("POST", "/api/v1/pods", pod("x"), status=405)["reason"] == "MethodNotAllowed"


def test_explaining_documents_name_fields_types_and_merge_keys(cluster):
    document = cluster.call("GET", "/openapi/v3/apis/apps/v1")
    schemas = document["components"]["schemas"]
    assert "replicas" in schemas["io.k8s.api.v1.DeploymentSpec"]["properties"]
    assert schemas["io.k8s.api.v1.DeploymentSpec"]["required"] == ["selector", "template"]
    listed = schemas["io.k8s.api.v1.PodSpec"]["properties"]["containers"]
    assert listed["x-kubernetes-patch-merge-key"] == "name"
    two = cluster.call("GET", "/openapi/v2")
    assert two["definitions"]["io.k8s.api.v1.Deployment"]["x-kubernetes-group-version-kind"]
    index = cluster.call("GET", "/openapi/v3")
    assert "apis/apps/v1" in index["paths"]


def test_a_deployment_that_is_refused_reading_says_why_in_the_clients_terms(cluster):
    apps = client.AppsV1Api(cluster.client())
    cluster.store.create("apps/v1/deployments", workload("seen"))
    assert apps.read_namespaced_deployment("seen", "shop").spec.selector.match_labels == {"app": "seen"}
    assert refused(apps.read_namespaced_deployment, "seen", "nowhere")[0] == 404
    cluster.store.delete("apps/v1/deployments", "shop", "seen")

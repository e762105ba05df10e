"""The local cluster's own rules: admission, defaults, namespaces, owners, definitions."""

import json

import pytest

from tests.unit.cluster_running import pod, running, workload

DEPLOYMENTS = "apps/v1/deployments"
SECURITY = "pod-security.kubernetes.io/enforce"
MERGE_PATCH = "application/merge-patch+json"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("rules")) as running_cluster:
        yield running_cluster


@pytest.fixture
def cluster(server, request):
    """A namespace of the test's own."""
    server.space = request.node.name.replace("_", "-").split("[")[0][:50].strip("-")
    server.store.create("v1/namespaces", {"metadata": {"name": server.space}})
    yield server
    if server.store.get("v1/namespaces", None, server.space):
        server.store.delete("v1/namespaces", None, server.space)


def path(cluster, plural, group="api/v1"):
    return f"/{group}/namespaces/{cluster.space}/{plural}"


def bare(name="web", **container):
    """A pod as a controller sends it."""
    spec = {"containers": [{"name": "web", "image": "web:1", **container}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": spec,
    }


def limited(cpu="100m", memory="64Mi"):
    return {"limits": {"cpu": cpu, "memory": memory}}


def refusal(cluster, body, status=403):
    return cluster.call("POST", path(cluster, "pods"), body, status=status)["message"]


def test_a_quota_refuses_what_is_too_much_and_what_says_nothing(cluster):
    quota = {"metadata": {"name": "compute"}, "spec": {"hard": {"limits.cpu": "200m", "pods": "2"}}}
    cluster.call("POST", path(cluster, "resourcequotas"), quota, status=201)
    assert refusal(cluster, bare()) == (
        'pods "web" is forbidden: failed quota: compute: must specify limits.cpu for: web'
    )
    cluster.call("POST", path(cluster, "pods"), bare("one", resources=limited("150m")), status=201)
    assert refusal(cluster, bare("two", resources=limited("100m"))) == (
        'pods "two" is forbidden: exceeded quota: compute, requested: limits.cpu=100m, used: limits.cpu=150m, '
        "limited: limits.cpu=200m"
    )
    status = cluster.store.get("v1/resourcequotas", cluster.space, "compute")["status"]
    assert status == {
        "hard": {"limits.cpu": "200m", "pods": "2"},
        "used": {"limits.cpu": "150m", "pods": "1"},
    }


def test_a_dry_run_asks_the_quota_only_for_the_object_itself(cluster):
    quota = {"metadata": {"name": "three"}, "spec": {"hard": {"pods": "3"}}}
    cluster.call("POST", path(cluster, "resourcequotas"), quota, status=201)
    item = workload("web", cluster.space)
    cluster.call("POST", path(cluster, "deployments", "apis/apps/v1"), item, status=201)
    scale = path(cluster, "deployments/web/scale", "apis/apps/v1")
    cluster.call("PATCH", scale, {"spec": {"replicas": 50}}, kind=MERGE_PATCH, dryRun="All")


def test_a_limit_range_gives_defaults_and_bounds(cluster):
    item = {"type": "Container", "max": {"memory": "1Gi"}, "default": {"memory": "512Mi"}}
    body = {"metadata": {"name": "bounds"}, "spec": {"limits": [item]}}
    cluster.call("POST", path(cluster, "limitranges"), body, status=201)
    made = cluster.call("POST", path(cluster, "pods"), bare(), status=201)
    assert made["spec"]["containers"][0]["resources"]["limits"] == {"memory": "512Mi"}
    assert refusal(cluster, bare("big", resources={"limits": {"memory": "4Gi"}})) == (
        'pods "big" is forbidden: maximum memory usage per Container is 1Gi, but limit is 4Gi'
    )


def test_pod_security_refuses_a_pod_and_warns_of_a_workload(cluster):
    labels = {"metadata": {"labels": {SECURITY: "restricted"}}}
    cluster.call("PATCH", f"/api/v1/namespaces/{cluster.space}", labels, kind=MERGE_PATCH)
    text = refusal(cluster, bare())
    assert text.startswith('pods "web" is forbidden: violates PodSecurity "restricted:latest": ')
    assert 'allowPrivilegeEscalation != false (container "web" must set' in text
    answer = cluster.raw("POST", path(cluster, "deployments", "apis/apps/v1"), workload("web", cluster.space))
    assert answer.status == 201
    assert 'would violate PodSecurity \\"restricted:latest\\"' in answer.headers["Warning"]


def test_a_webhook_whose_service_is_gone_stops_what_it_watches(cluster):
    hook = {
        "name": "gate.example.org",
        "clientConfig": {"service": {"name": "gate", "namespace": cluster.space, "path": "/check"}},
        "rules": [
            {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
        ],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": cluster.space}},
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    plural = "admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    body = {"metadata": {"name": "gate"}, "webhooks": [hook]}
    cluster.call("POST", f"/apis/{plural}", body, status=201)
    for query in ({}, {"dryRun": "All"}):
        answer = cluster.call("POST", path(cluster, "pods"), bare(), status=500, **query)
        assert answer["reason"] == "InternalError"
        assert answer["message"] == (
            'Internal error occurred: failed calling webhook "gate.example.org": failed to call webhook: Post '
            f'"https://gate.{cluster.space}.svc:443/check?timeout=10s": service "gate" not found'
        )
    cluster.store.delete(plural, None, "gate")
    cluster.call("POST", path(cluster, "pods"), bare(), status=201)


def test_a_missing_service_account_or_priority_is_named(cluster):
    named = bare()
    named["spec"]["serviceAccountName"] = "robot"
    assert refusal(cluster, named) == (
        f'pods "web" is forbidden: error looking up service account {cluster.space}/robot: '
        'serviceaccount "robot" not found'
    )
    named = bare()
    named["spec"]["priorityClassName"] = "high"
    assert refusal(cluster, named) == 'pods "web" is forbidden: no PriorityClass with name high was found'


def test_a_pod_is_completed_as_a_server_does(cluster):
    made = cluster.call("POST", path(cluster, "pods"), bare(resources=limited()), status=201)
    assert made["status"] == {"phase": "Pending", "qosClass": "Guaranteed"}
    spec = made["spec"]
    assert (spec["serviceAccountName"], spec["priority"], spec["enableServiceLinks"]) == ("default", 0, True)
    assert [item["key"] for item in spec["tolerations"]] == [
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    ]
    (mount,) = spec["containers"][0]["volumeMounts"]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"


def test_a_pod_is_bound_once(cluster):
    cluster.call("POST", path(cluster, "pods"), bare(), status=201)
    binding = {"metadata": {"name": "web"}, "target": {"kind": "Node", "name": "node-1"}}
    cluster.call("POST", path(cluster, "pods/web/binding"), binding, status=201)
    assert cluster.call("GET", path(cluster, "pods/web"))["spec"]["nodeName"] == "node-1"
    assert (
        cluster.call("POST", path(cluster, "pods/web/binding"), binding, status=409)["reason"] == "Conflict"
    )


def test_nothing_is_created_where_there_is_no_namespace_or_it_is_going(cluster):
    missing = cluster.call("POST", "/api/v1/namespaces/nowhere/pods", bare(), status=404)
    assert missing["message"] == 'namespaces "nowhere" not found'
    held = {"metadata": {"name": "held", "finalizers": ["example.org/hold"]}}
    cluster.call("POST", path(cluster, "configmaps"), held, status=201)
    namespace = cluster.call("DELETE", f"/api/v1/namespaces/{cluster.space}")
    assert namespace["status"]["phase"] == "Terminating"
    answer = cluster.call("POST", path(cluster, "pods"), bare(), status=403)
    assert answer["message"] == (
        f'pods "web" is forbidden: unable to create new content in namespace {cluster.space} because it is being '
        "terminated"
    )
    assert answer["details"]["causes"][0]["reason"] == "NamespaceTerminating"


def test_a_namespace_waits_for_finalizers_and_says_so(cluster):
    held = {"metadata": {"name": "held", "finalizers": ["example.org/hold"]}}
    cluster.call("POST", path(cluster, "configmaps"), held, status=201)
    cluster.call("DELETE", f"/api/v1/namespaces/{cluster.space}")
    conditions = {
        item["type"]: item
        for item in cluster.call("GET", f"/api/v1/namespaces/{cluster.space}")["status"]["conditions"]
    }
    assert conditions["NamespaceFinalizersRemaining"]["reason"] == "SomeFinalizersRemain"
    assert conditions["NamespaceFinalizersRemaining"]["message"] == (
        "Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances"
    )
    assert conditions["NamespaceContentRemaining"]["message"] == (
        "Some resources are remaining: configmaps. has 1 resource instances"
    )
    free = {"metadata": {"finalizers": None}}
    cluster.call("PATCH", path(cluster, "configmaps/held"), free, kind=MERGE_PATCH)
    cluster.call("GET", f"/api/v1/namespaces/{cluster.space}", status=404)


def test_a_new_namespace_has_an_account_and_the_root_certificate(cluster):
    cluster.call("GET", path(cluster, "serviceaccounts/default"))
    data = cluster.call("GET", path(cluster, "configmaps/kube-root-ca.crt"))["data"]
    assert data["ca.crt"].startswith("-----BEGIN CERTIFICATE-----")


def owned_by(owner, name):
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {"metadata": {"name": name, "ownerReferences": [reference]}}


@pytest.mark.parametrize(
    ("policy", "owner_left", "child_left"),
    [("Background", False, False), ("Foreground", False, False), ("Orphan", False, True)],
)
def test_what_is_owned_goes_with_its_owner_or_stays_alone(cluster, policy, owner_left, child_left):
    deployments = path(cluster, "deployments", "apis/apps/v1")
    owner = cluster.call("POST", deployments, workload("web", cluster.space), status=201)
    cluster.call("POST", path(cluster, "configmaps"), owned_by(owner, "child"), status=201)
    cluster.call("DELETE", f"{deployments}/web", {"propagationPolicy": policy})
    kept = cluster.store.get("v1/configmaps", cluster.space, "child")
    assert bool(cluster.store.get(DEPLOYMENTS, cluster.space, "web")) is owner_left
    assert bool(kept) is child_left
    if kept:
        assert "ownerReferences" not in kept["metadata"]


def test_a_foreground_delete_waits_for_what_still_runs(cluster):
    deployments = path(cluster, "deployments", "apis/apps/v1")
    owner = cluster.call("POST", deployments, workload("web", cluster.space), status=201)
    child = pod("web-1", cluster.space)
    child["metadata"]["ownerReferences"] = owned_by(owner, "x")["metadata"]["ownerReferences"]
    cluster.store.create("v1/pods", child)
    cluster.call("DELETE", f"{deployments}/web", {"propagationPolicy": "Foreground"})
    assert cluster.call("GET", f"{deployments}/web")["metadata"]["finalizers"] == ["foregroundDeletion"]
    cluster.store.delete("v1/pods", cluster.space, "web-1", grace_seconds=0)
    cluster.call("GET", f"{deployments}/web", status=404)


def test_a_job_deleted_without_a_policy_keeps_its_pods_and_warns(cluster):
    jobs = path(cluster, "jobs", "apis/batch/v1")
    spec = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "j", "image": "i"}]}}}
    job = cluster.call("POST", jobs, {"metadata": {"name": "j"}, "spec": spec}, status=201)
    assert (
        job["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] == job["metadata"]["uid"]
    )
    answer = cluster.raw("DELETE", f"{jobs}/j")
    assert "child pods are preserved by default when jobs are deleted" in answer.headers["Warning"]


def test_a_claim_stays_while_a_pod_uses_it(cluster):
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster.call("POST", path(cluster, "persistentvolumeclaims"), claim, status=201)
    body = pod("db", cluster.space, volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}])
    cluster.store.create("v1/pods", body)
    cluster.call("DELETE", path(cluster, "persistentvolumeclaims/data"))
    left = cluster.call("GET", path(cluster, "persistentvolumeclaims/data"))
    assert left["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    cluster.store.delete("v1/pods", cluster.space, "db", grace_seconds=0)
    cluster.call("GET", path(cluster, "persistentvolumeclaims/data"), status=404)


@pytest.mark.parametrize(
    ("group", "plural", "body", "field"),
    [
        ("apis/apps/v1", "deployments", {"spec": {}}, "spec.selector"),
        ("api/v1", "services", {"spec": {}}, "spec.ports"),
        ("api/v1", "pods", {"spec": {"containers": []}}, "spec.containers"),
        ("apis/batch/v1", "cronjobs", {"spec": {"schedule": "often"}}, "spec.schedule"),
        (
            "apis/batch/v1",
            "cronjobs",
            {"spec": {"schedule": "* * * * *", "timeZone": "Moon/Base"}},
            "spec.timeZone",
        ),
        ("apis/autoscaling/v2", "horizontalpodautoscalers", {"spec": {"maxReplicas": 0}}, "spec.maxReplicas"),
        ("apis/networking.k8s.io/v1", "ingresses", {"spec": {}}, "spec"),
        ("apis/rbac.authorization.k8s.io/v1", "roles", {"rules": [{"verbs": []}]}, "rules[0].verbs"),
    ],
)
def test_what_is_invalid_is_422_with_the_field(cluster, group, plural, body, field):
    answer = cluster.call(
        "POST", path(cluster, plural, group), {"metadata": {"name": "x"}, **body}, status=422
    )
    assert answer["reason"] == "Invalid"
    assert field in {cause["field"] for cause in answer["details"]["causes"]}


def test_what_is_no_quantity_is_400(cluster):
    body = bare(resources={"limits": {"memory": "64Mibi"}})
    answer = cluster.call("POST", path(cluster, "pods"), body, status=400)
    assert "quantities must match the regular expression" in answer["message"]


def test_labels_are_checked_on_updates_too(cluster):
    cluster.call("POST", path(cluster, "configmaps"), {"metadata": {"name": "c"}}, status=201)
    wrong = {"metadata": {"labels": {"a": "not valid!"}}}
    answer = cluster.call("PATCH", path(cluster, "configmaps/c"), wrong, status=422, kind=MERGE_PATCH)
    assert answer["details"]["causes"][0]["field"] == "metadata.labels"


def test_a_body_of_another_kind_place_or_name_is_400(cluster):
    cluster.call("POST", path(cluster, "pods"), workload("web", cluster.space), status=400)
    elsewhere = bare() | {"metadata": {"name": "web", "namespace": "default"}}
    assert "does not match the namespace" in refusal(cluster, elsewhere, status=400)
    assert cluster.call("POST", path(cluster, "pods"), [1], status=400)["reason"] == "BadRequest"
    answer = cluster.raw("POST", path(cluster, "pods"), b"{")
    assert (answer.status, json.loads(answer.data)["reason"]) == (400, "BadRequest")


def test_a_service_gets_an_address_and_ports(cluster):
    spec = {"type": "NodePort", "ports": [{"port": 80}], "selector": {"app": "web"}}
    made = cluster.call(
        "POST", path(cluster, "services"), {"metadata": {"name": "s"}, "spec": spec}, status=201
    )
    assert made["spec"]["clusterIP"].startswith("10.96.")
    assert 30000 <= made["spec"]["ports"][0]["nodePort"] < 32768
    assert made["spec"]["ports"][0]["targetPort"] == 80


def test_a_collection_is_deleted_by_its_selection(cluster):
    for name, label in (("a", "x"), ("b", "x"), ("c", "y")):
        body = {"metadata": {"name": name, "labels": {"l": label}}}
        cluster.call("POST", path(cluster, "configmaps"), body, status=201)
    gone = cluster.call("DELETE", path(cluster, "configmaps"), labelSelector="l=x")
    assert [item["metadata"]["name"] for item in gone["items"]] == ["a", "b"]
    cluster.call("GET", path(cluster, "configmaps/c"))


def test_protobuf_that_nobody_can_read_is_400(cluster):
    media = "application/vnd.kubernetes.protobuf"
    for raw in (b"nothing", b"k8s\x00\x0a\xff", b"k8s\x00"):
        assert cluster.raw("POST", path(cluster, "configmaps"), raw, kind=media).status == 400

"""Writes to the local cluster, with the unmodified Python client where it can say them and plain HTTPS elsewhere."""

import json

import pydantic
import pytest
from kubernetes import client

from tests.unit.cluster_running import pod, refused, running, workload

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
ALL = "/apis/apps/v1/namespaces/shop/deployments"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("writes")) as running_cluster:
        yield running_cluster


@pytest.fixture
def cluster(server):
    """The namespace `shop` with one Deployment `web`, new for each test."""
    store = server.store
    for kind in ("apps/v1/deployments", "v1/pods", "v1/configmaps", "v1/secrets"):
        for item in store.list(kind, "shop"):
            if item["metadata"]["name"] != "kube-root-ca.crt":
                store.delete(kind, "shop", item["metadata"]["name"], grace_seconds=0)
    if store.get("v1/namespaces", None, "shop") is None:
        store.create("v1/namespaces", {"metadata": {"name": "shop"}})
    server.web = server.call("POST", ALL, workload("web"), status=201)
    return server


@pytest.fixture
def apps(cluster):
    return client.AppsV1Api(cluster.client())


@pytest.fixture
def core(cluster):
    return client.CoreV1Api(cluster.client())


def containers(item):
    return {c["name"]: c["image"] for c in item["spec"]["template"]["spec"]["containers"]}


def test_a_created_object_has_what_only_a_server_can_know(cluster):
    metadata = cluster.web["metadata"]
    assert metadata["uid"]
    assert metadata["resourceVersion"].isdigit()
    assert metadata["generation"] == 1
    assert metadata["creationTimestamp"].endswith("Z")
    (entry,) = metadata["managedFields"]
    assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("tests", "Update", "apps/v1")


def test_defaults_are_those_of_a_server(cluster):
    spec = cluster.web["spec"]
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert (spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (10, 600)
    assert spec["template"]["spec"]["dnsPolicy"] == "ClusterFirst"


def test_the_generation_counts_changes_of_the_spec_alone(cluster):
    labelled = cluster.call("PATCH", WEB, {"metadata": {"labels": {"a": "b"}}}, kind=MERGE_PATCH)
    assert labelled["metadata"]["generation"] == 1
    scaled = cluster.call("PATCH", WEB, {"spec": {"replicas": 3}}, kind=MERGE_PATCH)
    assert scaled["metadata"]["generation"] == 2
    status = cluster.call("PATCH", f"{WEB}/status", {"status": {"replicas": 3}}, kind=MERGE_PATCH)
    assert status["metadata"]["generation"] == 2
    assert status["status"]["replicas"] == 3


def test_a_write_that_changes_nothing_leaves_the_version(cluster):
    before = cluster.web["metadata"]["resourceVersion"]
    after = cluster.call("PATCH", WEB, {"spec": {"replicas": 2}}, kind=MERGE_PATCH)
    assert after["metadata"]["resourceVersion"] == before


def test_status_is_written_only_through_its_subresource(cluster):
    cluster.call("PATCH", WEB, {"status": {"replicas": 9}}, kind=MERGE_PATCH)
    assert "replicas" not in cluster.call("GET", WEB)["status"]


def test_a_second_create_is_409_already_exists(cluster, apps):
    code, body = refused(apps.create_namespaced_deployment, "shop", workload("web"))
    assert code == 409
    assert body == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'deployments.apps "web" already exists',
        "reason": "AlreadyExists",
        "details": {"name": "web", "group": "apps", "kind": "deployments"},
        "code": 409,
    }


def test_generate_name_makes_a_name_and_no_name_is_422(cluster, core):
    made = core.create_namespaced_config_map("shop", {"metadata": {"generateName": "part-"}})
    assert made.metadata.name.startswith("part-")
    assert len(made.metadata.name) == len("part-") + 5
    code, body = refused(core.create_namespaced_config_map, "shop", {"metadata": {}})
    assert code == 422
    assert "name or generateName is required" in body["message"]


def test_a_stale_replace_is_409_conflict(cluster, apps):
    read = apps.read_namespaced_deployment("web", "shop")
    cluster.call("PATCH", WEB, {"spec": {"replicas": 3}}, kind=MERGE_PATCH)
    code, body = refused(apps.replace_namespaced_deployment, "web", "shop", read)
    assert (code, body["reason"]) == (409, "Conflict")
    assert body["message"] == (
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    assert body["details"] == {"name": "web", "group": "apps", "kind": "deployments"}


@pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC])
def test_a_patch_takes_a_version_and_a_uid_as_preconditions(cluster, kind):
    stale = {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 7}}
    assert cluster.call("PATCH", WEB, stale, status=409, kind=kind)["reason"] == "Conflict"
    other = {"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}, "spec": {"replicas": 7}}
    body = cluster.call("PATCH", WEB, other, status=422, kind=kind)
    assert body["reason"] == "Invalid"
    assert "metadata.uid: Invalid value:" in body["message"]
    assert body["message"].endswith("field is immutable")
    assert cluster.call("GET", WEB)["spec"]["replicas"] == 2


def test_scale_changes_replicas_alone_and_has_preconditions(cluster, apps):
    metadata = cluster.web["metadata"]
    body = {
        "metadata": {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]},
        "spec": {"replicas": 5},
    }
    scale = apps.patch_namespaced_deployment_scale("web", "shop", body)
    assert scale.spec.replicas == 5
    assert cluster.call("GET", WEB)["spec"]["replicas"] == 5
    assert (
        refused(apps.patch_namespaced_deployment_scale, "web", "shop", body)[0] == 409
    )  # the version is old
    wrong = {"metadata": {"uid": "someone-else"}, "spec": {"replicas": 1}}
    code, refusal = refused(apps.patch_namespaced_deployment_scale, "web", "shop", wrong)
    assert (code, refusal["reason"]) == (409, "Conflict")
    assert "Precondition failed: UID in precondition: someone-else" in refusal["message"]


def test_scale_to_zero_is_read_back_without_replicas(cluster, apps):
    assert apps.patch_namespaced_deployment_scale("web", "shop", {"spec": {"replicas": 0}}).spec.replicas in (
        0,
        None,
    )
    assert apps.read_namespaced_deployment("web", "shop").spec.replicas == 0


def test_a_negative_scale_is_422(cluster, apps):
    code, body = refused(apps.patch_namespaced_deployment_scale, "web", "shop", {"spec": {"replicas": -1}})
    assert code == 422
    assert body["message"] == (
        'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'
    )


def test_delete_has_preconditions(cluster, apps):
    wrong = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid="other"))
    code, body = refused(apps.delete_namespaced_deployment, "web", "shop", body=wrong)
    assert (code, body["reason"]) == (409, "Conflict")
    uid = cluster.web["metadata"]["uid"]
    assert body["message"] == (
        'Operation cannot be fulfilled on deployments.apps "web": the UID in the precondition (other) does not '
        f"match the UID in record ({uid}). The object might have been deleted and then recreated"
    )
    stale = client.V1DeleteOptions(preconditions=client.V1Preconditions(resource_version="1"))
    assert refused(apps.delete_namespaced_deployment, "web", "shop", body=stale)[0] == 409
    right = client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=uid))
    assert isinstance(apps.delete_namespaced_deployment("web", "shop", body=right), dict | client.V1Status)
    code, body = refused(apps.read_namespaced_deployment, "web", "shop")
    assert (code, body["message"]) == (404, 'deployments.apps "web" not found')
    assert body["details"] == {"name": "web", "group": "apps", "kind": "deployments"}


def test_strategic_merge_keeps_sidecars_and_a_misspelt_name_adds_one(cluster):
    one = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:2"}]}}}}
    assert containers(cluster.call("PATCH", WEB, one, kind=STRATEGIC)) == {
        "web": "web:2",
        "sidecar": "sidecar:1",
    }
    misspelt = {"spec": {"template": {"spec": {"containers": [{"name": "wbe", "image": "web:3"}]}}}}
    patched = cluster.call("PATCH", WEB, misspelt, kind=STRATEGIC)
    assert containers(patched) == {"web": "web:2", "sidecar": "sidecar:1", "wbe": "web:3"}


def test_strategic_merge_knows_its_directives(cluster):
    gone = {"spec": {"template": {"spec": {"containers": [{"name": "sidecar", "$patch": "delete"}]}}}}
    assert containers(cluster.call("PATCH", WEB, gone, kind=STRATEGIC)) == {"web": "web:1"}
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "new", "image": "n:1"}]},
    }
    whole = {"spec": {"template": {"$patch": "replace", **template}}}
    assert containers(cluster.call("PATCH", WEB, whole, kind=STRATEGIC)) == {"new": "n:1"}


def test_merge_patch_replaces_the_whole_list(cluster):
    one = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:2"}]}}}}
    assert containers(cluster.call("PATCH", WEB, one, kind=MERGE_PATCH)) == {"web": "web:2"}


def test_the_client_chooses_strategic_merge_for_a_dict(cluster, apps):
    one = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:4"}]}}}}
    patched = apps.patch_namespaced_deployment("web", "shop", one)
    assert len(patched.spec.template.spec.containers) == 2


def test_a_failed_json_test_is_422_without_words_and_a_stale_replace_is_409(cluster, apps):
    patch = [{"op": "test", "path": "/spec/replicas", "value": 99}]
    code, body = refused(apps.patch_namespaced_deployment, "web", "shop", patch, _content_type=JSON_PATCH)
    assert code == 422
    assert body["message"] == "the server rejected our request due to an error in our request"
    stale = [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}]
    code, body = refused(apps.patch_namespaced_deployment, "web", "shop", stale, _content_type=JSON_PATCH)
    assert (code, body["reason"]) == (409, "Conflict")


def test_json_patch_sets_the_template_with_the_version_as_precondition(cluster, apps):
    item = cluster.call("GET", WEB)
    item["spec"]["template"]["spec"]["containers"] = [{"name": "web", "image": "web:old"}]
    patch = [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": item["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/spec/template", "value": item["spec"]["template"]},
    ]
    apps.patch_namespaced_deployment("web", "shop", patch, _content_type=JSON_PATCH, dry_run="All")
    assert containers(cluster.call("GET", WEB))["web"] == "web:1"
    apps.patch_namespaced_deployment("web", "shop", patch, _content_type=JSON_PATCH)
    assert containers(cluster.call("GET", WEB)) == {"web": "web:old"}


def test_dry_run_answers_as_if_and_changes_nothing(cluster, apps):
    version = cluster.store.version
    made = apps.create_namespaced_deployment("shop", workload("other"), dry_run="All")
    assert made.metadata.uid
    assert (
        apps.patch_namespaced_deployment(
            "web", "shop", {"spec": {"replicas": 9}}, dry_run="All"
        ).spec.replicas
        == 9
    )
    scaled = apps.patch_namespaced_deployment_scale("web", "shop", {"spec": {"replicas": 8}}, dry_run="All")
    assert scaled.spec.replicas == 8
    item = cluster.call("GET", WEB)
    item["spec"]["replicas"] = 6
    assert cluster.call("PUT", WEB, item, dryRun="All")["spec"]["replicas"] == 6
    apps.delete_namespaced_deployment("web", "shop", dry_run="All")
    apps.delete_collection_namespaced_deployment("shop", dry_run="All")
    assert cluster.store.version == version
    assert cluster.call("GET", WEB)["spec"]["replicas"] == 2


def test_a_dry_run_is_all_or_a_mistake(cluster):
    body = cluster.call("PATCH", WEB, {}, status=422, kind=MERGE_PATCH, dryRun="Some")
    assert 'Unsupported value: "Some"' in body["message"]


def test_apply_owns_its_fields_and_names_the_owner_in_a_conflict(cluster, apps):
    wanted = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": 4},
    }
    more = {"_content_type": APPLY, "field_manager": "bot"}
    code, body = refused(apps.patch_namespaced_deployment, "web", "shop", wanted, **more)
    assert (code, body["reason"]) == (409, "Conflict")
    assert body["message"] == (
        'Apply failed with 1 conflict: conflict with "tests" using apps/v1: .spec.replicas'
    )
    assert body["details"]["causes"] == [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "tests" using apps/v1',
            "field": ".spec.replicas",
        }
    ]
    forced = apps.patch_namespaced_deployment("web", "shop", wanted, force=True, **more)
    assert forced.spec.replicas == 4
    owners = {(e.manager, e.operation): e.fields_v1 for e in forced.metadata.managed_fields}
    assert owners["bot", "Apply"] == {"f:spec": {"f:replicas": {}}}
    assert "f:replicas" not in owners["tests", "Update"]["f:spec"]


def test_apply_takes_away_what_is_not_applied_any_more(cluster):
    def applied(labels):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "labels": labels}}
        path = "/api/v1/namespaces/shop/configmaps/c"
        return cluster.raw("PATCH", path, body, kind=APPLY, fieldManager="bot")

    assert applied({"a": "1", "b": "2"}).status == 201
    second = applied({"a": "1"})
    assert second.status == 200
    assert json.loads(second.data)["metadata"]["labels"] == {"a": "1"}


def test_apply_without_a_manager_is_refused(cluster):
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    answer = cluster.call("PATCH", WEB, body, status=422, kind=APPLY)
    assert "fieldManager: Required value" in answer["message"]


def test_another_media_type_is_415(cluster):
    assert cluster.call("PATCH", WEB, {}, status=415, kind="text/x-thing")["reason"] == "UnsupportedMediaType"


def test_the_manager_is_named_or_else_the_user_agent(cluster, apps):
    apps.patch_namespaced_deployment("web", "shop", {"spec": {"replicas": 3}}, field_manager="cloudops")
    apps.patch_namespaced_deployment("web", "shop", {"spec": {"paused": True}})
    managers = [entry["manager"] for entry in cluster.call("GET", WEB)["metadata"]["managedFields"]]
    assert "cloudops" in managers
    owners = {e["manager"]: e["fieldsV1"] for e in cluster.call("GET", WEB)["metadata"]["managedFields"]}
    assert owners["cloudops"]["f:spec"] == {"f:replicas": {}}
    assert "f:replicas" not in owners["tests"]["f:spec"]  # it went from one to the other
    assert "OpenAPI-Generator" in managers


def test_an_unknown_field_is_a_warning_or_with_strict_a_400(cluster):
    body = workload("strange")
    body["spec"]["replicsa"] = 3
    answer = cluster.raw("POST", ALL, body)
    assert answer.status == 201
    assert answer.headers["Warning"] == '299 - "unknown field \\"spec.replicsa\\""'
    assert "replicsa" not in json.loads(answer.data)["spec"]
    refusal = cluster.call(
        "POST", ALL, workload("other") | {"speck": 1}, status=400, fieldValidation="Strict"
    )
    assert refusal["message"] == (
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "speck"'
    )
    assert (
        "Warning"
        not in cluster.raw("POST", ALL, body | {"metadata": {"name": "b"}}, fieldValidation="Ignore").headers
    )


def test_a_wrong_type_is_400_in_the_decoders_words(cluster):
    body = workload("typed")
    body["spec"]["replicas"] = "three"
    answer = cluster.call("POST", ALL, body, status=400)
    assert answer["message"] == (
        'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into '
        "Go struct field DeploymentSpec.spec.replicas of type int32"
    )


def test_the_client_refuses_an_unknown_field_before_anything_is_sent(cluster):
    asked = len(cluster.server.requests)
    with pytest.raises((pydantic.ValidationError, TypeError)):
        client.V1ConfigMap(dataa={"a": "b"})
    assert len(cluster.server.requests) == asked


def test_every_answer_has_an_audit_id_that_the_record_knows(cluster, apps):
    _, status, headers = apps.read_namespaced_deployment_with_http_info("web", "shop")
    assert status == 200
    assert headers["Audit-Id"] in {request.audit_id for request in cluster.server.requests}
    refusal = cluster.raw("GET", f"{ALL}/none")
    assert refusal.status == 404
    assert refusal.headers["Audit-Id"]
    assert cluster.server.requests[-1].code == 404


def test_validation_names_every_cause(cluster, apps):
    body = workload("Wrong_Name")
    body["spec"]["selector"] = {"matchLabels": {"app": "nothing"}}
    answer = cluster.call("POST", ALL, body, status=422)
    assert answer["message"].startswith(
        'Deployment.apps "Wrong_Name" is invalid: [metadata.name: Invalid value:'
    )
    assert {cause["field"] for cause in answer["details"]["causes"]} == {
        "metadata.name",
        "spec.template.metadata.labels",
    }
    fixed = {"spec": {"selector": {"matchLabels": {"app": "web", "x": "y"}}}}
    assert cluster.call("PATCH", WEB, fixed, status=422, kind=MERGE_PATCH)["reason"] == "Invalid"


def test_a_pod_that_runs_is_given_time_and_a_forced_delete_takes_none(cluster, core):
    cluster.store.create("v1/pods", pod("web-1"))
    core.delete_namespaced_pod("web-1", "shop")
    left = core.read_namespaced_pod("web-1", "shop")
    assert left.metadata.deletion_timestamp is not None
    assert left.metadata.deletion_grace_period_seconds == 30
    core.delete_namespaced_pod("web-1", "shop", grace_period_seconds=0)
    assert refused(core.read_namespaced_pod, "web-1", "shop")[0] == 404


def test_a_pods_spec_is_fixed_but_for_its_image(cluster):
    cluster.store.create("v1/pods", pod("web-1"))
    path = "/api/v1/namespaces/shop/pods/web-1"
    changed = {"spec": {"containers": [{"name": "web", "image": "web:2"}]}}
    assert cluster.call("PATCH", path, changed, kind=STRATEGIC)["spec"]["containers"][0]["image"] == "web:2"
    body = cluster.call("PATCH", path, {"spec": {"hostname": "other"}}, status=422, kind=MERGE_PATCH)
    assert "pod updates may not change fields other than" in body["message"]


def test_a_secret_is_kept_encoded(cluster, core):
    body = {"metadata": {"name": "s"}, "stringData": {"password": "swordfish"}}
    cluster.call("POST", "/api/v1/namespaces/shop/secrets", body, status=201)
    assert core.read_namespaced_secret("s", "shop").data == {"password": "c3dvcmRmaXNo"}


def test_a_delete_with_options_in_its_body_finds_its_dry_run_there_alone(cluster, core):
    cluster.store.create("v1/pods", pod("web-1"))
    path, options = "/api/v1/namespaces/shop/pods/web-1", {"kind": "DeleteOptions", "apiVersion": "v1"}
    cluster.call("DELETE", path, {**options, "dryRun": ["All"]})
    assert core.read_namespaced_pod("web-1", "shop").metadata.deletion_timestamp is None
    cluster.call("DELETE", path, {**options, "gracePeriodSeconds": 5}, dryRun="All")
    assert core.read_namespaced_pod("web-1", "shop").metadata.deletion_timestamp is not None

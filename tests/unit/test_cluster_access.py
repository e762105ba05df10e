"""Who may do what in the local cluster, acting as others, and what the reviews say about it."""

import json

import pytest
from kubernetes import client

from tests.unit.cluster_running import refused, running, workload

SHOP = "/apis/apps/v1/namespaces/shop/deployments"
WEB = f"{SHOP}/web"
MERGE_PATCH = "application/merge-patch+json"
RBAC = "rbac.authorization.k8s.io/v1"
AUTHZ = "/apis/authorization.k8s.io/v1"
ALICE, BOB = "slack:TLOCAL:UALICE", "slack:TLOCAL:UBOB"


def acting(user, *groups):
    return [("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running(tmp_path_factory.mktemp("access")) as cluster:
        cluster.store.create("v1/namespaces", {"metadata": {"name": "shop"}})
        cluster.store.create("apps/v1/deployments", workload("web"))
        yield cluster


def allow(store, name, rules, subject, *, namespace=""):
    """A role and its binding."""
    kinds = (
        ("roles", "rolebindings", "Role")
        if namespace
        else ("clusterroles", "clusterrolebindings", "ClusterRole")
    )
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    store.create(f"{RBAC}/{kinds[0]}", {"metadata": metadata, "rules": rules})
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": kinds[2], "name": name}
    store.create(f"{RBAC}/{kinds[1]}", {"metadata": metadata, "subjects": [subject], "roleRef": reference})


def test_nobody_is_refused_in_the_words_of_a_server(cluster):
    body = cluster.call("GET", SHOP, status=403, who="nobody")
    assert body["message"] == (
        'deployments.apps is forbidden: User "nobody" cannot list resource "deployments" in API group "apps" '
        'in the namespace "shop"'
    )
    assert body["details"] == {"group": "apps", "kind": "deployments"}
    scale = cluster.call(
        "PATCH", f"{WEB}/scale", {"spec": {"replicas": 1}}, status=403, who="viewer", kind=MERGE_PATCH
    )
    assert scale["message"] == (
        'deployments.apps "web" is forbidden: User "viewer" cannot patch resource "deployments/scale" in API group '
        '"apps" in the namespace "shop"'
    )
    assert "at the cluster scope" in cluster.call("GET", "/api/v1/nodes", status=403, who="viewer")["message"]


def test_what_is_not_a_resource_is_refused_by_its_path(cluster):
    body = cluster.call("GET", "/metrics", status=403, who="nobody")
    assert body["message"] == 'forbidden: User "nobody" cannot get path "/metrics"'
    cluster.call("GET", "/version/", who="nobody")


def test_a_wrong_token_is_401_and_no_proof_is_anonymous(cluster):
    wrong = cluster.raw("GET", SHOP, headers=[("Authorization", "Bearer nonsense")])
    assert wrong.status == 401
    assert json.loads(wrong.data)["reason"] == "Unauthorized"
    old = cluster.server.token("viewer", seconds=-5)
    assert cluster.raw("GET", SHOP, headers=[("Authorization", f"Bearer {old}")]).status == 401


def test_view_lacks_what_it_lacks_on_a_real_server(cluster):
    cluster.call("GET", SHOP, who="viewer")
    cluster.call("GET", "/api/v1/namespaces/shop/configmaps", who="viewer")
    for path in (
        "/api/v1/namespaces/shop/secrets",
        "/api/v1/nodes",
        "/api/v1/persistentvolumes",
        "/apis/storage.k8s.io/v1/storageclasses",
        "/apis/networking.k8s.io/v1/ingressclasses",
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/apis/coordination.k8s.io/v1/leases",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings",
    ):
        cluster.call("GET", path, status=403, who="viewer")


def test_the_bot_reads_more_but_no_secrets_and_writes_through_people(cluster):
    cluster.call("GET", "/api/v1/nodes", who="bot")
    cluster.call("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles", who="bot")
    cluster.call("GET", "/api/v1/secrets", status=403, who="bot")
    cluster.call("DELETE", WEB, status=403, who="bot")


def test_acting_as_a_person_counts_the_groups_that_are_sent_and_only_those(cluster):
    patch = {"metadata": {"labels": {"by": "alice"}}}
    alone = cluster.call("PATCH", WEB, patch, status=403, who="bot", kind=MERGE_PATCH, headers=acting(ALICE))
    assert f'User "{ALICE}" cannot patch resource "deployments"' in alone["message"]
    groups = acting(ALICE, "chatops:viewer", "chatops:operator")
    cluster.call("PATCH", WEB, patch, who="bot", kind=MERGE_PATCH, headers=groups)
    request = cluster.server.requests[-1]
    assert request.impersonated == ALICE
    assert request.user == "system:serviceaccount:cloudops:cloudops-bot"
    assert request.groups == ("chatops:viewer", "chatops:operator", "system:authenticated")


def test_the_python_client_acts_as_a_person_with_one_group_in_headers(cluster):
    apps = client.AppsV1Api(cluster.client("bot"))
    headers = {"Impersonate-User": ALICE, "Impersonate-Group": "chatops:operator"}
    assert apps.patch_namespaced_deployment("web", "shop", {"spec": {"paused": False}}, _headers=headers)
    joined = headers | {"Impersonate-Group": "chatops:viewer,chatops:operator"}
    code, body = refused(apps.read_namespaced_deployment, "web", "shop", _headers=joined)
    assert code == 403
    assert 'cannot impersonate resource "groups"' in body["message"]


def test_somebody_outside_the_names_cannot_be_impersonated(cluster):
    body = cluster.call(
        "GET", SHOP, status=403, who="bot", headers=acting("slack:TLOCAL:UEVE", "chatops:viewer")
    )
    assert body["message"] == (
        'users "slack:TLOCAL:UEVE" is forbidden: User "system:serviceaccount:cloudops:cloudops-bot" cannot '
        'impersonate resource "users" in API group "" at the cluster scope'
    )
    masters = cluster.call("GET", SHOP, status=403, who="bot", headers=acting(ALICE, "system:masters"))
    assert 'groups "system:masters" is forbidden' in masters["message"]


def test_a_group_without_a_user_is_a_mistake(cluster):
    body = cluster.call("GET", SHOP, status=500, headers=[("Impersonate-Group", "chatops:viewer")])
    assert "requested impersonation without impersonating a user" in body["message"]


def test_constrained_impersonation_needs_the_person_and_the_deed(cluster):
    store, subject = cluster.store, {"kind": "User", "name": "narrow"}
    authn = "authentication.k8s.io"
    rules = [
        {
            "apiGroups": [authn],
            "resources": ["users"],
            "verbs": ["impersonate:user-info"],
            "resourceNames": [BOB],
        },
        {
            "apiGroups": [authn],
            "resources": ["groups"],
            "verbs": ["impersonate:user-info"],
            "resourceNames": ["chatops:operator"],
        },
        {
            "apiGroups": ["apps"],
            "resources": ["deployments/scale"],
            "verbs": ["impersonate-on:user-info:patch"],
        },
    ]
    allow(store, "narrow", rules, subject)
    bearer = [("Authorization", f"Bearer {cluster.server.token('narrow')}")]
    headers = [*bearer, *acting(BOB, "chatops:operator")]
    scaled = cluster.call(
        "PATCH", f"{WEB}/scale", {"spec": {"replicas": 2}}, who="anonymous", kind=MERGE_PATCH, headers=headers
    )
    assert scaled["spec"]["replicas"] == 2
    body = cluster.call(
        "PATCH",
        WEB,
        {"spec": {"replicas": 2}},
        status=403,
        who="anonymous",
        kind=MERGE_PATCH,
        headers=headers,
    )
    assert 'cannot impersonate-on:user-info:patch resource "deployments"' in body["message"]


def review(cluster, spec, kind="SubjectAccessReview", who="admin", **more):
    path = f"{AUTHZ}/{kind.lower()}s"
    return cluster.call("POST", path, {"spec": spec}, status=201, who=who, **more)["status"]


ASKED = {"verb": "patch", "group": "apps", "resource": "deployments", "namespace": "shop"}


def test_a_review_says_by_which_binding(cluster):
    spec = {"user": ALICE, "groups": ["chatops:operator"], "resourceAttributes": ASKED}
    assert review(cluster, spec) == {
        "allowed": True,
        "reason": (
            'RBAC: allowed by ClusterRoleBinding "chatops-operators" of ClusterRole "cloudops-operator" to Group '
            '"chatops:operator"'
        ),
    }
    assert review(cluster, {"user": ALICE, "resourceAttributes": ASKED}) == {"allowed": False}
    masters = {"user": "x", "groups": ["system:masters"], "resourceAttributes": ASKED}
    assert review(cluster, masters) == {"allowed": True}


def test_a_misspelt_resource_is_simply_not_allowed(cluster):
    spec = {
        "user": ALICE,
        "groups": ["chatops:operator"],
        "resourceAttributes": ASKED | {"resource": "deploymnets"},
    }
    assert review(cluster, spec) == {"allowed": False}


def test_a_rule_with_names_allows_that_name_alone(cluster):
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["one"]}]
    allow(cluster.store, "named", rules, {"kind": "User", "name": "carol"}, namespace="shop")
    asked = {"verb": "get", "resource": "configmaps", "namespace": "shop"}
    assert not review(cluster, {"user": "carol", "resourceAttributes": asked})["allowed"]
    named = review(cluster, {"user": "carol", "resourceAttributes": asked | {"name": "one"}})
    assert named["reason"] == 'RBAC: allowed by RoleBinding "named/shop" of Role "named" to User "carol"'
    assert not review(cluster, {"user": "carol", "resourceAttributes": asked | {"name": "two"}})["allowed"]


def test_a_subresource_wildcard_covers_it_and_pods_star_does_not(cluster):
    allow(
        cluster.store,
        "stars",
        [
            {"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["*"]},
            {"apiGroups": [""], "resources": ["pods/*"], "verbs": ["*"]},
        ],
        {"kind": "User", "name": "dan"},
    )
    scale = ASKED | {"subresource": "scale"}
    assert review(cluster, {"user": "dan", "resourceAttributes": scale})["allowed"]
    log = {"verb": "get", "resource": "pods", "subresource": "log", "namespace": "shop"}
    assert not review(cluster, {"user": "dan", "resourceAttributes": log})["allowed"]


def test_a_dangling_binding_is_told_as_a_reason(cluster):
    body = {
        "metadata": {"name": "dangling"},
        "subjects": [{"kind": "User", "name": "erin"}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "gone"},
    }
    cluster.store.create(f"{RBAC}/clusterrolebindings", body)
    answer = review(cluster, {"user": "erin", "resourceAttributes": ASKED})
    assert answer["reason"] == 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found'


def test_who_am_i_and_may_i_are_open_to_everybody_who_signed_in(cluster):
    body = cluster.call(
        "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}, status=201, who="nobody"
    )
    assert body["status"]["userInfo"] == {"username": "nobody", "groups": ["system:authenticated"]}
    mine = review(cluster, {"resourceAttributes": ASKED}, "SelfSubjectAccessReview", who="nobody")
    assert mine == {"allowed": False}
    viewer = {"resourceAttributes": ASKED | {"verb": "get"}}
    assert review(cluster, viewer, "SelfSubjectAccessReview", who="viewer")["allowed"]


def test_a_rules_review_lists_rules_and_is_complete(cluster):
    status = review(cluster, {"namespace": "shop"}, "SelfSubjectRulesReview", who="viewer")
    assert status["incomplete"] is False
    assert any("pods/log" in rule["resources"] for rule in status["resourceRules"])
    assert any("/version/" in rule["nonResourceURLs"] for rule in status["nonResourceRules"])


def test_reviews_that_ask_nothing_or_two_things_are_422(cluster):
    path = f"{AUTHZ}/subjectaccessreviews"
    cluster.call("POST", path, {"spec": {"user": "x"}}, status=422)
    both = {"user": "x", "resourceAttributes": ASKED, "nonResourceAttributes": {"verb": "get", "path": "/"}}
    cluster.call("POST", path, {"spec": both}, status=422)
    cluster.call("POST", path, {"spec": {"resourceAttributes": ASKED}}, status=422)


def test_reviews_store_nothing(cluster):
    before = cluster.store.version
    review(cluster, {"user": "x", "resourceAttributes": ASKED})
    assert cluster.store.version == before


def test_a_service_accounts_token_is_that_account(cluster):
    core = client.CoreV1Api(cluster.client())
    body = {"spec": {"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": 600}}
    token = cluster.call("POST", "/api/v1/namespaces/shop/serviceaccounts/default/token", body, status=201)
    assert token["kind"] == "TokenRequest"
    bearer = [("Authorization", f"Bearer {token['status']['token']}")]
    who = cluster.call(
        "POST",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        {},
        status=201,
        who="anonymous",
        headers=bearer,
    )
    info = who["status"]["userInfo"]
    assert info["username"] == "system:serviceaccount:shop:default"
    assert info["groups"] == ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
    assert info["uid"] == core.read_namespaced_service_account("default", "shop").metadata.uid


def test_roles_aggregate_by_label(cluster):
    labels = {"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    rules = [{"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["get", "list"]}]
    cluster.store.create(
        f"{RBAC}/clusterroles", {"metadata": {"name": "metrics", "labels": labels}, "rules": rules}
    )
    for name in ("view", "edit", "admin"):
        role = client.RbacAuthorizationV1Api(cluster.client()).read_cluster_role(name)
        assert any("metrics.k8s.io" in rule.api_groups for rule in role.rules)


def test_nobody_gives_what_they_do_not_have(cluster):
    """A role or binding that is wider than its writer is refused, unless they may escalate or bind."""
    allow(
        cluster.store,
        "granter",
        [
            {
                "apiGroups": ["rbac.authorization.k8s.io"],
                "resources": ["roles", "rolebindings"],
                "verbs": ["get", "create"],
            }
        ],
        {"kind": "User", "name": "frank"},
    )
    bearer = [("Authorization", f"Bearer {cluster.server.token('frank')}")]
    wide = {
        "metadata": {"name": "wide"},
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}],
    }
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop"
    body = cluster.call("POST", f"{path}/roles", wide, status=403, who="anonymous", headers=bearer)
    assert "is attempting to grant RBAC permissions not currently held" in body["message"]
    binding = {
        "metadata": {"name": "wide"},
        "subjects": [{"kind": "User", "name": "frank"}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    }
    body = cluster.call("POST", f"{path}/rolebindings", binding, status=403, who="anonymous", headers=bearer)
    assert "is attempting to grant RBAC permissions not currently held" in body["message"]
    narrow = {
        "metadata": {"name": "narrow"},
        "rules": [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["get"]}],
    }
    cluster.call("POST", f"{path}/roles", narrow, status=201, who="anonymous", headers=bearer)

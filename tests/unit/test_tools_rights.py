"""Risky grants, what somebody may do, and service accounts, asked of a cluster with all sorts of bindings."""

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import pod, running, workload
from tests.unit.oci_running import running as cloud_running
from tests.unit.oci_tenancy import tenancy
from tools.cluster.rights.dangers import dangers, misspelt
from tools.errors import AskBack, NotAllowed
from tools.oracle.credentials import Principal
from tools.oracle.oracle import Oracle, OracleConfig
from tools.reads.k8s_risky_grants import K8S_RISKY_GRANTS
from tools.reads.k8s_service_accounts import K8S_SERVICE_ACCOUNTS
from tools.reads.k8s_what_can import K8S_WHAT_CAN
from tools.reads.k8s_who_can import K8S_WHO_CAN

RBAC = "rbac.authorization.k8s.io"
OLD = "2026-01-01T00:00:00Z"


def rule(verbs, resources, groups="", **more):
    return {"verbs": verbs.split(), "resources": resources.split(), "apiGroups": groups.split(",")} | more


@pytest.mark.parametrize(
    ("one", "namespace", "slugs"),
    [
        (rule("*", "*", "*"), "", {"everything"}),
        (rule("get list", "*"), "", {"any_resource"}),
        (rule("*", "secrets"), "shop", {"all_verbs"}),
        (rule("get", "pods"), "", set()),
        (rule("list", "secrets"), "shop", {"read_secrets"}),
        (rule("watch", "secrets"), "shop", {"read_secrets"}),
        (rule("list", "secrets", "apps"), "shop", set()),
        (rule("create", "pods/exec"), "shop", {"enter_pods"}),
        (rule("get", "pods/exec"), "shop", {"enter_pods"}),
        (rule("create", "*/exec"), "shop", {"enter_pods"}),
        (rule("patch", "deployments", "apps"), "shop", {"make_workloads"}),
        (rule("patch", "deployments/scale", "apps"), "shop", set()),
        (rule("create", "serviceaccounts/token"), "shop", {"make_tokens"}),
        (rule("approve", "signers", "certificates.k8s.io"), "", {"approve_certificates"}),
        (rule("update", "certificatesigningrequests/approval", "certificates.k8s.io"), "", {"certificate_approval"}),
        (rule("patch", "namespaces"), "", {"write_namespaces"}),
        (rule("patch", "nodes"), "", {"write_nodes"}),
        (rule("create", "pods/binding"), "", {"bind_pods"}),
        (rule("update", "leases", "coordination.k8s.io"), "kube-node-lease", {"write_leases"}),
        (rule("update", "configmaps"), "kube-system", {"write_system_configuration"}),
        (rule("update", "configmaps"), "", {"write_system_configuration"}),
        (rule("update", "configmaps"), "shop", set()),
        (rule("escalate", "clusterroles", RBAC), "", {"grant_more"}),
        (rule("create", "rolebindings", RBAC), "shop", {"write_bindings"}),
        (rule("impersonate", "users"), "", {"impersonate"}),
        (rule("impersonate:user-info", "users", "authentication.k8s.io"), "", {"impersonate_narrowly"}),
        (rule("get", "nodes/proxy"), "", {"node_proxy"}),
        (rule("patch", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"), "", {"write_webhooks"}),
        (rule("delete", "customresourcedefinitions", "apiextensions.k8s.io"), "", {"write_definitions"}),
        (rule("create", "httproutes", "gateway.networking.k8s.io"), "shop", {"redirect_gateways"}),
        ({"verbs": ["*"], "nonResourceURLs": ["*"]}, "", set()),
    ],
)  # fmt: skip
def test_what_is_dangerous_about_a_rule(one, namespace, slugs):
    assert {danger.slug for danger in dangers(one, namespace)} == slugs


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (rule("get", "deployment", "apps"), ["deployment"]),
        (rule("get", "deployments"), ["deployments"]),
        (rule("get", "deployments", ",apps"), []),
        (rule("get", "pods/log *"), []),
        (rule("get", "anything", "example.com"), []),
    ],
)
def test_a_rule_on_what_no_built_in_group_serves_grants_nothing(one, wrong):
    assert misspelt(one) == wrong


ROLES = {
    "reader": [rule("get list", "secrets")],
    "one-secret": [rule("get", "secrets", resourceNames=["tls"])],
    "runner": [rule("create", "pods"), rule("create", "jobs", "batch")],
    "typo": [rule("get", "deployment", "apps")],
    "boss": [rule("*", "*", "*")],
    "harmless": [rule("get list", "pods services")],
    "narrow": [rule("impersonate-on:user-info:*", "pods")],
}


def bind(name, role, *subjects, namespace="", kind="ClusterRole"):
    return {
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": [
            {"kind": "ServiceAccount", "name": s[3:], "namespace": namespace or "shop"} if s.startswith("sa:")
            else {"kind": "Group" if s.startswith("g:") else "User", "name": s.removeprefix("g:"), "apiGroup": RBAC}
            for s in subjects
        ],
    }  # fmt: skip


def account(name, namespace="shop", **more):
    return {"metadata": {"name": name, "namespace": namespace, "creationTimestamp": OLD}, **more}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("rights")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        for item in (account("web"), account("idle"), account("idle-reader"), account("quiet", automountServiceAccountToken=False), account("deployer"), account("default"), account("legacy", secrets=[{"name": "legacy-token"}])):  # fmt: skip
            if one.store.kept("v1/serviceaccounts", "shop", item["metadata"]["name"]) is None:
                one.store.create("v1/serviceaccounts", item)
        for name, rules in ROLES.items():
            one.store.create(f"{RBAC}/v1/clusterroles", {"metadata": {"name": name}, "rules": rules})
        widening = {"metadata": {"name": "extra", "labels": {f"{RBAC}/aggregate-to-view": "true"}}, "rules": ROLES["reader"]}  # fmt: skip
        one.store.create(f"{RBAC}/v1/clusterroles", widening)
        for item in (
            bind("boss", "boss", "root@example.com"), bind("all-secrets", "reader", "g:platform"), bind("anon", "harmless", "system:anonymous"),
            bind("everybody", "harmless", "g:system:authenticated"), bind("lost-role", "gone", "alice"), bind("narrow", "narrow", "robot"), bind("extra-masters", "harmless", "g:system:masters"),
        ):  # fmt: skip
            one.store.create(f"{RBAC}/v1/clusterrolebindings", item)
        for item in (
            bind("secrets", "reader", "alice", "sa:idle-reader", namespace="shop"), bind("one", "one-secret", "alice", namespace="shop"),
            bind("run", "runner", "sa:deployer", namespace="shop"), bind("typo", "typo", "bob", namespace="shop"),
            bind("pods", "harmless", "sa:web", "sa:default", namespace="shop"), bind("missing", "harmless", "sa:nobody-home", namespace="shop"),
            bind("other", "reader", "alice", namespace="ops"),
        ):  # fmt: skip
            one.store.create(f"{RBAC}/v1/rolebindings", item)
        for name, who in (("w", "web"), ("l", "legacy"), ("q", "quiet")):
            one.store.create("v1/pods", pod(name, serviceAccountName=who))
        one.store.create("apps/v1/deployments", workload("ship", replicas=0, serviceAccountName="deployer"))
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


def risky(found):
    return {(g["risk"], g["subject"], g["namespace"]): g["level"] for g in reversed(found.data["grants"])}


async def test_risky_grants_are_told_by_who_holds_them_worst_first(at):
    found = await at.run(K8S_RISKY_GRANTS, level="low", limit=100)
    told = risky(found)
    sa = "system:serviceaccount:shop"
    assert told["everything", "root@example.com", ""] == "critical"
    assert told["read_secrets", "platform", ""] == "critical"
    assert told["read_secrets", "alice", "shop"] == "high"
    assert told["read_secrets", f"{sa}:idle-reader", "shop"] == "high"
    assert (
        told["make_pods", f"{sa}:deployer", "shop"] == told["make_jobs", f"{sa}:deployer", "shop"] == "high"
    )
    assert told["anybody", "system:anonymous", ""] == "critical"
    assert told["everybody", "system:authenticated", ""] == "high"
    assert told["masters", "system:masters", ""] == "critical"
    assert told["dangling_role", "alice", ""] == "medium"
    assert told["dangling_account", f"{sa}:nobody-home", "shop"] == "medium"
    assert told["default_account", f"{sa}:default", "shop"] == "medium"
    assert told["widens", "view", ""] == "high"
    assert told["grants_nothing", "typo", ""] == "low"
    assert told["impersonate_on_anything", "robot", ""] == "high"
    levels = [g["level"] for g in found.data["grants"]]
    assert levels == sorted(levels, key=["critical", "high", "medium", "low"].index)
    assert found.evidence[0].ref.startswith("k8s:local/-/clusterrolebinding/")


async def test_one_named_secret_is_less_than_all_of_them(at):
    found = await at.run(K8S_RISKY_GRANTS, who="alice", namespace="shop")
    by_binding = {
        g["through"].split()[1]: g["level"] for g in found.data["grants"] if g["risk"] == "read_secrets"
    }
    assert by_binding == {"secrets": "high", "one": "medium"}


async def test_what_the_server_grants_its_own_parts_is_left_out_unless_asked_for(at):
    ours = await at.run(K8S_RISKY_GRANTS)
    assert not [g for g in ours.data["grants"] if g["through"].startswith("ClusterRoleBinding cluster-admin")]
    every = await at.run(K8S_RISKY_GRANTS, built_in=True)
    assert [g for g in every.data["grants"] if g["through"].startswith("ClusterRoleBinding cluster-admin")]


async def test_grants_of_a_namespace_out_of_reach_are_not_told(at):
    found = await at.run(K8S_RISKY_GRANTS, sees=("shop",))
    assert {g["namespace"] for g in found.data["grants"]} == {"", "shop"}
    assert ("read_secrets", "alice", "ops") in risky(await at.run(K8S_RISKY_GRANTS))


async def test_what_somebody_may_do_with_the_binding_that_gives_it(at):
    found = await at.run(K8S_WHAT_CAN, who="alice")
    rights = {
        (r["namespace"], r["resource"], tuple(r["names"])): set(r["verbs"]) for r in found.data["rights"]
    }
    assert rights["shop", "secrets", ()] == {"get", "list"}
    assert rights["shop", "secrets", ("tls",)] == {"get"}
    assert rights["ops", "secrets", ()] == {"get", "list"}
    assert rights["", "pods", ()] == {"get", "list"}  # as everybody
    assert "alice on local has rights in ops, shop." in found.digest
    assert any("which groups somebody is in" in gap for gap in found.could_not_see)
    assert {r["risk"] for r in found.data["risks"]} == {"read_secrets", "dangling_role"}


async def test_groups_that_are_named_are_counted(at):
    found = await at.run(K8S_WHAT_CAN, who="carol", groups=("platform",))
    [secrets] = [r for r in found.data["rights"] if r["resource"] == "secrets"]
    assert (secrets["namespace"], secrets["groups"]) == ("", ["platform"])
    assert not found.could_not_see
    group = await at.run(K8S_WHAT_CAN, who="platform")
    assert group.data["kind"] == "group"
    assert [r["resource"] for r in group.data["rights"]] == ["secrets"]


@pytest.mark.parametrize("who", ["deployer", "shop/deployer", "system:serviceaccount:shop:deployer"])
async def test_a_service_account_is_found_by_its_name(at, who):
    found = await at.run(K8S_WHAT_CAN, who=who, namespace="shop")
    assert found.data["subject"] == "system:serviceaccount:shop:deployer"
    assert {"pods", "jobs.batch"} <= {r["resource"] for r in found.data["rights"]}


async def test_who_may_do_everything_is_one_sentence_and_a_stranger_is_no_error(at):
    assert (await at.run(K8S_WHAT_CAN, who="root@example.com")).digest.startswith("Everything: root@example.com may do everything")  # fmt: skip
    assert "No binding on local names alise: it has what everybody has. Similar names: alice." in (await at.run(K8S_WHAT_CAN, who="alise")).digest  # fmt: skip


def problems(found):
    return {a["name"]: a["problems"] for a in found.data["accounts"]}


async def test_accounts_that_nothing_runs_as_and_those_that_hold_too_much(at):
    told = problems(await at.run(K8S_SERVICE_ACCOUNTS, namespace="shop"))
    assert told["idle"] == ["nothing runs as it"]
    assert told["idle-reader"][0] == "nothing runs as it, and it holds rights"
    assert told["idle-reader"][1].startswith("over-privileged (high): get, list secrets in shop")
    assert told["deployer"][0].startswith("over-privileged (high): create jobs.batch in shop")
    assert told["default"] == ["every pod that names no account runs as it, and it holds rights"]
    assert told["legacy"] == ["its token is given to pods although it holds no rights of its own", "it has token secrets that never expire"]  # fmt: skip
    assert not {"web", "quiet"} & told.keys()


async def test_one_account_is_told_whole_and_a_wrong_name_is_asked_back(at):
    found = await at.run(K8S_SERVICE_ACCOUNTS, namespace="shop", name="web")
    [one] = found.data["accounts"]
    assert (one["used_by"], one["problems"], one["token_mounted"]) == (["pod w"], [], True)
    with pytest.raises(AskBack, match="no service account 'wep'") as back:
        await at.run(K8S_SERVICE_ACCOUNTS, namespace="shop", name="wep")
    assert "web" in back.value.options


async def test_without_the_right_to_read_bindings_there_is_no_answer(shop):
    with desk(shop, who="nobody") as one:
        for tool, args in (
            (K8S_RISKY_GRANTS, {}),
            (K8S_WHAT_CAN, {"who": "alice"}),
            (K8S_SERVICE_ACCOUNTS, {}),
        ):
            with pytest.raises(NotAllowed, match="roles and bindings"):
                await one.run(tool, **args)


async def test_a_person_of_oracle_cloud_is_known_by_name_and_holds_what_their_groups_do(shop, tmp_path):
    """Two worlds: the cluster binds OCIDs, people say names."""
    with cloud_running(tenancy(), tmp_path, speed=20) as cloud:
        operators, user = cloud.ocid("group", "Operators"), cloud.ocid("user", "operator")
        shop.store.create(f"{RBAC}/v1/rolebindings", bind("oke", "runner", f"g:{operators}", namespace="ops"))
        file = cloud.server.config_file
        oracle = Oracle.load(OracleConfig(Principal(file=file), None, f"*={cloud.server.url}/{{region}}"))
        with desk(shop, oracle=oracle) as at:
            found = await at.run(K8S_WHAT_CAN, who="operator")
            stranger = await at.run(K8S_WHAT_CAN, who="nobody-there")
            may = await at.run(K8S_WHO_CAN, who="operator", verb="create", resource="pods", namespace="ops")
            who = await at.run(K8S_WHO_CAN, verb="create", resource="pods", namespace="ops")
            risky_ones = await at.run(K8S_RISKY_GRANTS, namespace="ops")
        oracle.close()
        shop.store.delete(f"{RBAC}/v1/rolebindings", "ops", "oke")
    assert found.data["subject"] == f"operator ({user})"
    rights = {r["resource"]: r["groups"] for r in found.data["rights"] if r["namespace"] == "ops"}
    assert rights == {"pods": [f"Operators ({operators})"], "jobs.batch": [f"Operators ({operators})"]}
    assert not any("which groups somebody is in" in gap for gap in found.could_not_see)
    assert "No binding on local names nobody-there" in stranger.digest
    assert may.digest.startswith("Yes: operator may create pods")
    assert f"Operators ({operators})" in {g["subject"] for g in who.data["grants"]}
    assert ("make_pods", f"Operators ({operators})", "ops") in risky(risky_ones)

"""Quantities, secrecy, template differences, RBAC rules, scheduler messages: pure functions on plain JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.cluster.diagnosis.scheduling import parse, untolerated
from tools.cluster.quantity import amount, cores, quantity, size
from tools.cluster.rbac import Ask, Rules, rule_matches
from tools.cluster.secrecy import HIDDEN, safe_value, secret_like
from tools.cluster.templates import differences


@pytest.mark.parametrize(
    ("text", "value"), [("250m", "0.25"), ("1", "1"), ("64Mi", str(64 * 2**20)), ("1.5Gi", str(3 * 2**29)), ("1e3", "1000"), ("2k", "2000"), ("100n", "1E-7")]
)  # fmt: skip
def test_quantities(text, value):
    from decimal import Decimal

    assert quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "Mi", "1 Mi", "--1", "1MiB"])
def test_not_quantities(text):
    with pytest.raises(ValueError, match="quantity"):
        quantity(text)
    assert amount(text) == 0


def test_amounts_as_people_write_them():
    assert [cores(quantity(t)) for t in ("250m", "1", "1500m", "0")] == ["250m", "1", "1.5", "0"]
    assert [size(quantity(t)) for t in ("64Mi", "1536Mi", "512", "1Gi")] == ["64Mi", "1.5Gi", "512", "1Gi"]


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "api-token", "SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "passwd", "apiKey", "SIGNING_KEY", "DB_DSN", "private_pem"]
)  # fmt: skip
def test_secret_names(name):
    assert secret_like(name)
    assert safe_value(name, "hunter2") == HIDDEN


@pytest.mark.parametrize(
    "name", ["DB_POOL_MAX", "LOG_LEVEL", "PORT", "image", "replicas", "KEYBOARD", "monkey_count"]
)
def test_plain_names(name):
    assert safe_value(name, "50") == "50"


def test_credentials_inside_values_are_cut_out():
    assert "hunter2" not in safe_value("DATABASE_URL", "postgres://app:hunter2@db:5432/shop")
    assert "hunter2" not in safe_value("args", "--db-password=hunter2 --port 80")
    assert safe_value("DATABASE_URL", "postgres://app:x@db:5432/shop").endswith("@db:5432/shop")


def template(**container):
    return {
        "metadata": {"labels": {"app": "x", "pod-template-hash": "1"}},
        "spec": {"containers": [{"name": "app", **container}]},
    }


def test_differences_are_by_name_not_by_place():
    before = template(image="x:1", env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    after = template(
        image="x:1",
        env=[{"name": "NEW", "value": "9"}, {"name": "A", "value": "1"}, {"name": "B", "value": "3"}],
    )
    found = {c.path: (c.before, c.after) for c in differences(before, after)}
    assert found == {"spec.containers[app].env[B]": ("2", "3"), "spec.containers[app].env[NEW]": ("", "9")}
    assert {c.env for c in differences(before, after)} == {"B", "NEW"}


def test_differences_hide_secrets_and_name_sources():
    before = template(env=[{"name": "DB_PASSWORD", "value": "old"}])
    after = template(env=[{"name": "DB_PASSWORD", "value": "new"}])
    assert [(c.before, c.after) for c in differences(before, after)] == [(HIDDEN, HIDDEN)]
    source = {"secretKeyRef": {"name": "db", "key": "pw"}}
    [change] = differences(template(), template(env=[{"name": "X", "valueFrom": source}]))
    assert change.after == "from secretKey db pw"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcname", max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(json_values)
def test_a_template_never_differs_from_itself(value):
    one = {"metadata": {"labels": {}}, "spec": {"x": value}}
    assert differences(one, one) == ()


def test_scheduler_messages():
    text = "0/4 nodes are available: 2 node(s) had untolerated taint(s), 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
    assert parse(text) == {
        "node(s) had untolerated taint(s)": 2,
        "Insufficient cpu": 1,
        "node(s) were unschedulable": 1,
    }
    odd = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    assert parse(odd) == {"pod has unbound immediate PersistentVolumeClaims": 1}


def test_tolerations():
    node = {
        "spec": {
            "taints": [
                {"key": "a", "value": "b", "effect": "NoSchedule"},
                {"key": "s", "effect": "PreferNoSchedule"},
            ]
        }
    }
    for toleration, kept_off in (
        ({"operator": "Exists"}, 0),
        ({"key": "a", "operator": "Exists"}, 0),
        ({"key": "a", "value": "b", "effect": "NoSchedule"}, 0),
        ({"key": "a", "value": "c"}, 1),
        ({"key": "a", "value": "b", "effect": "NoExecute"}, 1),
    ):
        assert len(untolerated({"spec": {"tolerations": [toleration]}}, node)) == kept_off


def rule(verbs, resources, groups=("",), names=()):
    return {
        "verbs": list(verbs),
        "resources": list(resources),
        "apiGroups": list(groups),
        "resourceNames": list(names),
    }


@pytest.mark.parametrize(
    ("given_rule", "ask", "matches"),
    [
        (rule(["get"], ["pods"]), Ask("get", "", "pods"), True),
        (rule(["*"], ["*"], ["*"]), Ask("delete", "apps", "deployments"), True),
        (rule(["get"], ["pods"]), Ask("list", "", "pods"), False),
        (rule(["get"], ["pods"]), Ask("get", "", "pods/log"), False),
        (rule(["get"], ["*/log"]), Ask("get", "", "pods/log"), True),
        (rule(["get"], ["pods/*"]), Ask("get", "", "pods/log"), False),
        (rule(["get"], ["*"]), Ask("get", "", "pods/log"), True),
        (rule(["get"], ["deployments"], ["extensions"]), Ask("get", "apps", "deployments"), False),
        (rule(["get"], ["secrets"], names=["a"]), Ask("get", "", "secrets", "n", "a"), True),
        (rule(["get"], ["secrets"], names=["a"]), Ask("get", "", "secrets", "n"), False),
        (rule(["create"], ["pods"], names=["a"]), Ask("create", "", "pods", "n", "a"), False),
        (rule(["create"], ["pods/exec"], names=["a"]), Ask("create", "", "pods/exec", "n", "a"), True),
    ],
)
def test_rules(given_rule, ask, matches):
    assert rule_matches(given_rule, ask) is matches


def test_bindings_prove_and_namespaces_bound():
    roles = [
        {"metadata": {"name": "r", "namespace": "shop"}, "rules": [rule(["get"], ["pods"])]},
        {"metadata": {"name": "all"}, "rules": [rule(["*"], ["*"], ["*"])]},
    ]
    bindings = [
        {"metadata": {"name": "b", "namespace": "shop"}, "roleRef": {"kind": "Role", "name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "sa"}]},
        {"metadata": {"name": "c"}, "roleRef": {"kind": "ClusterRole", "name": "all"}, "subjects": [{"kind": "Group", "name": "sre"}]},
        {"metadata": {"name": "d", "namespace": "other"}, "roleRef": {"kind": "ClusterRole", "name": "all"}, "subjects": [{"kind": "User", "name": "eve"}]},
        {"metadata": {"name": "e", "namespace": "shop"}, "roleRef": {"kind": "Role", "name": "gone"}, "subjects": [{"kind": "User", "name": "eve"}]},
    ]  # fmt: skip
    rules = Rules.build("local", roles, bindings)
    ask = Ask("get", "", "pods", "shop")
    assert {(g.subject, g.binding.name) for g in rules.grants(ask)} == {
        ("system:serviceaccount:shop:sa", "b"),
        ("sre", "c"),
    }
    assert rules.allowed("system:serviceaccount:shop:sa", ask)
    assert not rules.allowed("system:serviceaccount:shop:sa", Ask("get", "", "pods", "other"))
    assert not rules.allowed("eve", ask)
    assert rules.allowed("eve", ask, ["sre"])
    assert rules.bindings[0].ref == "k8s:local/shop/rolebinding/b#subjects"

"""Ways from subjects to rights in a namespace, asked of a local cluster."""

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running
from tests.unit.test_tools_rights import RBAC, ROLES, account, bind, rule
from tools.errors import AskBack
from tools.reads.k8s_rbac_graph import COLUMNS, K8S_RBAC_GRAPH


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("ways")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        one.store.create("v1/serviceaccounts", account("idle"))
        one.store.create("v1/serviceaccounts", account("deployer"))
        for name, rules in ROLES.items():
            one.store.create(f"{RBAC}/v1/clusterroles", {"metadata": {"name": name}, "rules": rules})
        long = {"metadata": {"name": "long", "namespace": "shop"}, "rules": [rule("get", f"kind-{n}", "x.io") for n in range(9)]}  # fmt: skip
        one.store.create(f"{RBAC}/v1/roles", long)
        for item in (bind("boss", "boss", "root@example.com"), bind("narrow", "harmless", "g:everyone-else")):
            one.store.create(f"{RBAC}/v1/clusterrolebindings", item)
        for item in (
            bind("secrets", "reader", "alice", "Öğrenci/学生", namespace="shop"), bind("run", "runner", "sa:deployer", namespace="shop"),
            bind("long", "long", "bob", namespace="shop", kind="Role"), bind("lost", "gone", "carol", namespace="shop"), bind("other", "reader", "dan", namespace="ops"),
        ):  # fmt: skip
            one.store.create(f"{RBAC}/v1/rolebindings", item)
        yield one


async def ways(shop, **args):
    with desk(shop) as one:
        return await one.run(K8S_RBAC_GRAPH, **args)


async def test_every_way_into_the_namespace_is_told_worst_first(shop):
    found = await ways(shop, namespace="shop", limit=100)
    told = {(w["subject"], w["binding"]): (w["level"], w["may"]) for w in found.data["ways"]}
    assert told["root@example.com", "boss"] == ("critical", "everything")
    assert told["alice", "secrets"] == told["Öğrenci/学生", "secrets"] == ("high", "get, list secrets")
    assert told["system:serviceaccount:shop:deployer", "run"] == ("high", "create pods; create jobs.batch")
    assert told["everyone-else", "narrow"] == (None, "get, list pods, services")
    assert told["bob", "long"][1].endswith("and 3 more rules")
    assert told["carol", "lost"] == ("medium", "nothing: the role does not exist")
    assert not [who for who, _ in told if who == "dan" or who.startswith("system:masters")]
    [table] = found.tables
    assert (table.columns, table.drawn, table.rows[0][0]) == (COLUMNS, True, "critical")
    assert "idle" in found.data["without_any"] and "deployer" not in found.data["without_any"]
    assert "the cluster does not know it" in " ".join(found.could_not_see)


async def test_one_subject_alone(shop):
    found = await ways(shop, namespace="shop", who="deployer")
    assert [w["binding"] for w in found.data["ways"]] == ["run"]


async def test_a_namespace_is_needed(shop):
    with pytest.raises(AskBack):
        await ways(shop)

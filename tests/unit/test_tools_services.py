"""The service map: every mistake with its line, names resolved or asked back, labels where nobody wrote."""

import os

import pytest

from tests.unit.endless_yaml import ENDLESS
from tools.errors import AskBack
from tools.services.directory import Services
from tools.services.discover import group
from tools.services.load import ServicesError, parse
from tools.services.model import Service, WorkloadRef
from tools.spec import Scope

GOOD = """\
version: 1
services:
  checkout:
    workloads:
      - {cluster: local, namespace: shop, kind: deployment, name: checkout}
    database: shop-db
    owner: team-shop
    aliases: [pay, kasse]
    depends_on: [shop-db]
    metrics:
      error_rate: {query: "sum(rate(x[1m]))", unit: "%", limit: 5}
  shop-db: {metrics: {connections: {query: db_connections, limit: 100}}}
"""


def test_a_good_file():
    services = parse(GOOD)
    assert services["checkout"].needs == ("shop-db",)
    assert services["checkout"].metrics["error_rate"].limit == 5
    assert str(services["checkout"].workloads[0]) == "local/shop/deployment/checkout"
    assert parse("") == {}


@pytest.mark.parametrize(
    ("change", "line", "key"),
    [
        (("owner:", "ownr:"), 7, "ownr: unknown key"),
        (("limit: 5}", "limit: many}"), 11, "services.checkout.metrics.error_rate.limit"),
        (("kind: deployment", "kind: pod"), 5, "workloads.0.kind"),
        (("version: 1", "version: 2"), 1, "version"),
        (("depends_on: [shop-db]", "depends_on: [nobody]"), 2, "nobody"),
        (("aliases: [pay, kasse]", "aliases: [shop-db]"), 2, "names both"),
        (("database: shop-db", "database: [x]"), 6, "services.checkout.database"),
        (("namespace: shop,", "namespace: Shop,"), 5, "workloads.0.namespace"),
        (("database: shop-db\n", "database: a\n    database: b\n"), 7, "written twice (first on line 6)"),
        (("  shop-db: {", "  checkout: {"), 12, "written twice"),
        (("services:", "services: ["), 4, "expected"),
    ],
)
def test_a_mistake_names_line_and_key(change, line, key):
    with pytest.raises(ServicesError) as caught:
        parse(GOOD.replace(*change))
    assert f"line {line}:" in str(caught.value), str(caught.value)
    assert key in str(caught.value)


def test_names_aliases_and_habits_of_speech():
    services = Services(None, parse(GOOD))
    for word in (
        "checkout",
        "Checkout",
        "pay",
        "kasse",
        "checkout service",
        "checkout-service",
        "checkout svc",
    ):
        assert services.resolve(word).name == "checkout"


def test_a_wrong_name_is_asked_back_with_near_ones():
    services = Services(None, parse(GOOD))
    with pytest.raises(AskBack) as asked:
        services.resolve("chekout")
    assert asked.value.options[0] == "checkout"
    with pytest.raises(AskBack) as asked:
        services.resolve("zzzzqqqq")
    assert asked.value.options == ()
    assert "I know checkout, shop-db." in asked.value.question


def test_near_names_are_those_of_the_place_that_is_meant():
    services = Services()
    services.learn("local", [*found("orders-worker", "shop"), *found("orders-db", "shop-stg")])
    with pytest.raises(AskBack) as asked:
        services.resolve("orders", Scope(namespace="shop"))
    assert asked.value.options == ("orders-worker in shop",)


def found(name, *namespaces):
    return [
        Service(name=name, workloads=(WorkloadRef(cluster="local", namespace=n, name=name),), discovered=True)
        for n in namespaces
    ]


def test_one_name_in_two_namespaces_is_asked_back_and_the_answer_is_understood():
    services = Services()
    services.learn("local", found("cart", "shop", "shop-stg"))
    with pytest.raises(AskBack) as asked:
        services.resolve("cart")
    assert asked.value.options == ("cart in shop", "cart in shop-stg")
    assert services.resolve("cart in shop-stg").workloads[0].namespace == "shop-stg"
    assert services.resolve("cart", Scope(namespace="shop")).workloads[0].namespace == "shop"
    with pytest.raises(AskBack) as asked:
        services.resolve("cart", Scope(namespace="production"))
    assert asked.value.question.startswith("'cart' is 2 services, none of them in production.")


def test_a_workload_of_the_place_is_meant_before_services_of_its_name_elsewhere():
    known = {
        name: Service(name=name, workloads=(WorkloadRef(cluster="local", namespace=space, name="x"),), aliases=aliases)
        for name, space, aliases in (("till", "one", ()), ("b", "two", ("x",)), ("c", "three", ("x",)))
    }  # fmt: skip
    services = Services(None, known)
    assert services.resolve("x", Scope(namespace="one")).name == "till"
    with pytest.raises(AskBack, match="none of them in four"):
        services.resolve("x", Scope(namespace="four"))


def test_people_come_before_labels():
    services = Services(None, parse(GOOD))
    services.learn("local", found("checkout", "shop"))
    assert services.resolve("checkout").owner == "team-shop"
    assert [s.name for s in services.dependents("shop-db")] == ["checkout"]
    assert services.of_workload("local", "shop", "deployment", "checkout").name == "checkout"


def test_what_is_out_of_reach_is_not_even_named():
    class OnlyShop:
        def namespace(self, cluster, namespace):
            return namespace == "shop"

        def compartment(self, name):
            return True

    services = Services()
    services.learn("local", found("cart", "shop", "secret-ns"))
    assert services.resolve("cart", None, OnlyShop()).workloads[0].namespace == "shop"
    services.learn("local", found("vaultkeeper", "secret-ns"))
    with pytest.raises(AskBack) as asked:
        services.resolve("vaultkeepr", None, OnlyShop())
    assert asked.value.options == ()


def test_a_bad_new_file_leaves_the_last_good_one(tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(GOOD)
    services = Services.load(path)
    path.write_text(GOOD.replace("owner:", "ownr:"))
    os.utime(path, (1, 1))
    services.reload()
    assert "ownr" in services.problem
    assert services.resolve("checkout").owner == "team-shop"
    path.write_text(GOOD.replace("team-shop", "team-pay"))
    os.utime(path, (2, 2))
    services.reload()
    assert services.problem == ""
    assert services.resolve("checkout").owner == "team-pay"


def test_a_bad_file_at_start_stops(tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text("services: 3")
    with pytest.raises(ServicesError, match="line 1: services"):
        Services.load(path)
    with pytest.raises(ServicesError, match="cannot be read"):
        Services.load(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENDLESS, "values"),
        ("# " + "x" * 1_000_000, "larger than"),
        ("a: " + "[" * 20_000, "nested too deeply"),
        ("a: \0", "a character that may not be there"),
        ("a: 2026-99-99", "line 1: cannot be read"),
        ("services:\n  a: {workloads: 3}\n", "line 2: services.a.workloads: must be a list"),
        ("services:\n  a: 3\n", "line 2: services.a: must be a mapping"),
    ],
)
def test_what_is_no_service_map_is_said_in_words_and_at_once(tmp_path, text, said):
    path = tmp_path / "services.yaml"
    path.write_text(text)
    with pytest.raises(ServicesError, match=said):
        Services.load(path)


def test_labels_tell_services():
    def workload(name, labels):
        return ("deployment", {"metadata": {"name": name, "namespace": "shop", "labels": labels}, "spec": {}})

    services = group("local", [
        workload("checkout-v1", {"app.kubernetes.io/name": "checkout"}),
        workload("checkout-v2", {"app.kubernetes.io/name": "checkout"}),
        workload("cart", {"app": "cart", "app.kubernetes.io/part-of": "shop"}),
        workload("lonely", {}),
    ])  # fmt: skip
    assert {s.name: len(s.workloads) for s in services} == {"cart": 1, "checkout": 2, "lonely": 1}

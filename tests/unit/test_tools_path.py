"""Can A reach B, asked of a cluster: by pod, workload, Service and address, with the policy that says no."""

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import pod, running, workload
from tools.errors import AskBack, NotAllowed
from tools.reads.k8s_path import K8S_PATH

NET = "networking.k8s.io/v1/networkpolicies"


def labelled(name, namespace="shop", *, port=8080, address, app=None, ready=True):
    item = pod(name, namespace, ready=ready, containers=[{"name": "c", "image": "i", "ports": [{"name": "http", "containerPort": port}]}])  # fmt: skip
    item["metadata"]["labels"] = {"app": app or name}
    item["status"]["podIP"] = address
    return item


def policy(name, app, namespace="shop", **spec):
    selector = {"matchLabels": {"app": app}} if app else {}
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"podSelector": selector, **spec}}


def service(name, target, namespace="shop", **spec):
    ports = [{"port": 80, "targetPort": target}]
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"selector": {"app": name}, "ports": ports, **spec}}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("path")) as one:
        for name in ("shop", "ops", "free"):
            one.store.create("v1/namespaces", {"metadata": {"name": name, "labels": {"kind": name}}})
        for item in (
            labelled("web", address="10.0.0.1"), labelled("api", address="10.0.0.2"), labelled("db", address="10.0.0.3", port=5432),
            labelled("lost", address="10.0.0.4", ready=False), labelled("probe", "ops", address="10.0.1.1"), labelled("a", "free", address="10.0.2.1"), labelled("b", "free", address="10.0.2.2"),
        ):  # fmt: skip
            made = one.store.create("v1/pods", item)
            one.store.patch_status(
                "v1/pods", made["metadata"]["namespace"], made["metadata"]["name"], item["status"]
            )
        for item in (service("db", "http"), service("api", 8080), service("empty", 80), service("wrong", "grpc", selector={"app": "api"}), service("lost", 8080), service("far", 80, type="ExternalName", externalName="db.example.com")):  # fmt: skip
            one.store.create("v1/services", item)
        one.store.create("apps/v1/deployments", workload("sleeping", replicas=0))
        for item in (
            policy("db-only-api", "db", policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}], "ports": [{"port": 5432}]}]),
            policy("web-out", "web", policyTypes=["Egress"], egress=[{"to": [{"podSelector": {"matchLabels": {"app": "api"}}}], "ports": [{"port": 8080}]}]),
        ):  # fmt: skip
            one.store.create(NET, item)
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


async def test_a_policy_that_says_no_is_named_with_its_evidence_and_what_would_open_it(at):
    found = await at.run(K8S_PATH, source="ops/probe", target="shop/db")
    assert found.data["reachable"] == "no"
    assert found.digest.startswith("No: policies keep ops/probe from shop/db on TCP 80.")
    assert "db-only-api lets in pods with app=api of its namespace on TCP 5432" in found.digest
    assert [one.ref for one in found.evidence] == ["k8s:local/shop/networkpolicy/db-only-api#spec"]
    assert found.data["fixes"] == ["a rule in shop/db-only-api that lets ingress from pods with app=probe in namespace ops pass on TCP 5432"]  # fmt: skip


async def test_the_port_of_a_service_is_that_of_its_pods(at):
    found = await at.run(K8S_PATH, source="api", target="db", namespace="shop", port="80")
    assert found.data["reachable"] == "yes"
    assert [(p["asked"], p["port"]) for p in found.data["paths"]] == [("TCP 80", 5432)]


async def test_a_pod_that_may_reach_only_one_thing_cannot_resolve_names(at):
    found = await at.run(K8S_PATH, source="web", target="api", namespace="shop")
    assert (found.data["reachable"], found.data["names_resolve"]) == ("yes", False)
    assert found.digest.startswith("Only by address")
    assert "no rule opens UDP 53" in found.digest
    away = await at.run(K8S_PATH, source="web", target="1.1.1.1", namespace="shop", port="443")
    assert (away.data["reachable"], away.data["names_resolve"]) == ("no", None)


async def test_without_policies_everything_passes(at):
    found = await at.run(K8S_PATH, source="a", target="b", namespace="free")
    assert found.data["reachable"] == "yes"
    assert "No policy selects either of them" in found.digest
    assert found.evidence == ()


@pytest.mark.parametrize(
    ("target", "port", "words"),
    [
        ("empty", None, "Service empty selects no running pod"),
        ("wrong", None, "the target port grpc of Service wrong is a name that no container of its pods has"),
        ("api", "99", "Service api does not offer 99; it offers TCP 80"),
        ("lost", None, "no pod behind Service lost is ready"),
        ("sleeping", None, "sleeping has no running pod"),
    ],
)
async def test_what_no_policy_can_help_is_said_first(at, target, port, words):
    found = await at.run(K8S_PATH, source="ops/probe", target=f"shop/{target}", port=port)
    assert found.data["reachable"] == "no"
    assert words in found.digest


async def test_a_name_for_a_host_elsewhere_is_any_address_outside(at):
    found = await at.run(K8S_PATH, source="api", target="far", namespace="shop")
    assert "another name for db.example.com" in found.digest
    assert found.data["reachable"] == "yes"
    assert (await at.run(K8S_PATH, source="web", target="far", namespace="shop")).data["reachable"] == "no"


async def test_the_internet_reaches_what_no_policy_closes(at):
    assert (await at.run(K8S_PATH, source="internet", target="shop/db")).data["reachable"] == "no"
    assert (await at.run(K8S_PATH, source="8.8.8.8", target="shop/api")).data["reachable"] == "yes"


async def test_what_is_missing_is_asked_back(at):
    with pytest.raises(AskBack, match="From where to where"):
        await at.run(K8S_PATH, target="shop/db")
    with pytest.raises(AskBack, match="In which namespace is db"):
        await at.run(K8S_PATH, source="shop/web", target="db")
    with pytest.raises(AskBack, match="One end must be in the cluster"):
        await at.run(K8S_PATH, source="internet", target="1.1.1.1")
    with pytest.raises(AskBack, match="called 'dbx'") as back:
        await at.run(K8S_PATH, source="shop/web", target="shop/dbx")
    assert "db" in back.value.options


async def test_a_namespace_out_of_reach_is_not_read(at, shop):
    with pytest.raises(NotAllowed, match="namespace shop on local is outside"):
        await at.run(K8S_PATH, source="ops/probe", target="shop/db", sees=("ops",))


async def test_without_the_right_to_read_policies_there_is_no_answer(shop):
    with desk(shop, who="nobody") as one, pytest.raises(NotAllowed):
        await one.run(K8S_PATH, source="ops/probe", target="shop/db")

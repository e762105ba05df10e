"""The same shop without the bad release looks healthy everywhere."""

import pytest

from tests.unit.stages import Running
from tools.errors import AskBack


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    running = Running("shop-healthy", tmp_path_factory.mktemp("healthy"))
    yield running
    running.stop()


@pytest.mark.parametrize(
    "args",
    [
        {"service": "checkout", "namespace": "shop"},
        {"service": "orders-db", "namespace": "shop"},
        {"service": "gateway", "namespace": "shop"},
        {"namespace": "shop"},
        {"namespace": "shop-stg"},
    ],
)
async def test_nothing_is_found(shop, args):
    result = await shop.ask("k8s_diagnose", **args)
    assert result.data["findings"] == []
    assert result.data["healthy"], result.digest
    of_all = "nothing is wrong in" in result.digest  # of a service it says that service, not the namespace
    assert of_all != ("service" in args), result.digest
    assert f"{args.get('service', '')} in shop on local is healthy" in result.digest or of_all


async def test_overview_and_list_say_so_too(shop):
    assert "checkout is well" in (await shop.ask("ops_service", service="checkout", namespace="shop")).digest
    assert (await shop.ask("k8s_unhealthy")).data["healthy"]


def test_no_alert_fires(shop):
    from sandbox.scenarios.alerting import Alerting

    said = []

    async def tell(text):
        said.append(text)

    stage = shop.stage
    alerting = Alerting(
        stage.scenario.alerts, stage.programs.memory, stage._remembered.with_name("told.json")
    )
    shop.do(alerting.look(stage.store.clock.now(), tell))
    assert said == []


@pytest.mark.parametrize(
    ("args", "total", "head"),
    [
        ({"service": "cart", "kind": "pod"}, 2, "2 pods of cart in shop on "),
        ({"service": "orders-db", "kind": "statefulsets"}, 1, "1 statefulset of orders-db in shop on "),
        ({"service": "cart", "kind": "deployments"}, 1, "1 deployment of cart in shop on "),
        ({"service": "cart", "kind": "services"}, 1, "1 service of cart in shop on "),
    ],
)
async def test_what_is_listed_for_a_service_is_its_own(shop, args, total, head):
    result = await shop.ask("k8s_resources", namespace="shop", **args)
    assert (result.data["total"], result.digest[: len(head)]) == (total, head)
    assert all("cart" in i["name"] or "orders-db" in i["name"] for i in result.data["items"])


async def test_a_kind_that_belongs_to_no_service_says_so(shop):
    result = await shop.ask("k8s_resources", service="cart", kind="configmaps", namespace="shop")
    assert "do not tell which of them belong to cart" in result.digest


@pytest.mark.parametrize("tool", ["k8s_rollouts", "k8s_events"])
async def test_an_end_of_the_time_is_kept(shop, tool):
    past = await shop.ask(tool, service="checkout", namespace="shop", since="28d", until="27d")
    assert past.digest.startswith("0 ")
    assert " from 20" in past.digest.splitlines()[0]
    assert not (past.data.get("revisions") or past.data.get("groups"))
    assert (await shop.ask("k8s_rollouts", service="checkout", namespace="shop")).data["revisions"]


async def test_a_person_whom_no_binding_names_may_still_be_in_a_group(shop):
    found = await shop.ask("k8s_who_can", who="alice", verb="delete", resource="pods", namespace="shop")
    first = found.digest.splitlines()[0]
    assert "alice" in first
    assert first.startswith("Not by name") == ("group" in first)
    assert not first.startswith("No:")


async def test_a_workload_is_told_with_what_it_needs_and_what_points_at_it(shop):
    found = await shop.ask("k8s_workload", namespace="shop", name="checkout", cluster="local")
    workload = found.data["workload"]
    assert (workload["kind"], workload["name"]) == ("deployment", "checkout")
    assert "ready" in workload["state"]
    assert any(text.startswith("service checkout") for text in found.data["pointing"])
    assert len([p for p in found.data["pods"] if p["kind"] == "pod"]) == found.data["total"] - 1 >= 2
    assert found.evidence[0].ref == "k8s:local/shop/deployment/checkout#status"
    assert "container " in found.digest
    assert "strategy RollingUpdate" in found.digest


async def test_a_service_of_the_map_is_its_workload_and_a_wrong_name_is_asked_back(shop):
    assert (await shop.ask("k8s_workload", service="cart", namespace="shop")).data["workload"][
        "name"
    ] == "cart"
    with pytest.raises(AskBack, match="no workload 'chekout'") as back:
        await shop.ask("k8s_workload", namespace="shop", name="chekout", cluster="local")
    assert "checkout" in back.value.options


async def test_every_new_look_at_the_healthy_shop_finds_nothing_wrong(shop):
    overview = await shop.ask("k8s_overview")
    assert overview.data["troubles"] == [], overview.digest
    nodes = await shop.ask("k8s_node")
    assert nodes.data["total"] >= 3
    assert not any(one["problems"] for one in nodes.data["nodes"])
    assert (await shop.ask("k8s_path", source="shop/gateway", target="shop/checkout")).data[
        "reachable"
    ] == "yes"
    volumes = await shop.ask("k8s_volumes")
    assert not any(one["problems"] for one in volumes.data["claims"]), volumes.digest
    assert not [a for a in (await shop.ask("k8s_autoscaling")).data["autoscalers"] if "does not" in str(a["problems"])]  # fmt: skip
    assert (await shop.ask("k8s_fits", service="checkout", namespace="shop", count=1)).data["enough"]

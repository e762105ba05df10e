"""The same shop without the bad release looks healthy everywhere."""

import pytest

from tests.unit.stages import Running


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

"""The shop's tenancy: what the story of the demo needs is there, and both worlds name the same machines."""

import copy
import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.cluster.store import Store
from sandbox.scenarios.loader import Scenario, load
from sandbox.scenarios.machines import follow
from tests.unit.oci_running import Running, running

PROD = "shop-prod"


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load("shop")


@pytest.fixture(scope="module")
def local(shop: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    assert shop.tenancy is not None
    with running(shop.tenancy, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def today(local: Running) -> dt.datetime:
    return dt.datetime.fromtimestamp(local.clock() // 86400 * 86400, dt.UTC)


def by_day(local: Running, *groups: str) -> dict[Any, dict[dt.date, float]]:
    from oci.usage_api.models import RequestSummarizedUsagesDetails

    start, end = today(local) - dt.timedelta(days=28), today(local)
    details = RequestSummarizedUsagesDetails(
        tenant_id=local.root, time_usage_started=start, time_usage_ended=end, granularity="DAILY",
        query_type="COST", group_by=list(groups),
    )  # fmt: skip
    rows = local.client("usage_api", "UsageapiClient").request_summarized_usages(details).data.items
    found: dict[Any, dict[dt.date, float]] = defaultdict(dict)
    for one in rows:
        key = one.resource_id if "resourceId" in groups else ""
        found[key][one.time_usage_started.date()] = one.computed_amount
    return found


def test_the_cost_jumps_on_the_last_whole_monday_because_of_one_machine(local: Running) -> None:
    gpu = local.ocid("instance", "train-recsys-1")
    days = by_day(local, "resourceId")
    monday = min(days[gpu])
    assert monday.weekday() == 0
    assert 2 <= (today(local).date() - monday).days <= 9
    total = by_day(local, "region")[""]
    before = [total[monday - dt.timedelta(days=n)] for n in range(1, 15)]
    assert total[monday] > 1.3 * max(before), "no other day comes near"
    assert days[gpu][monday] > 0.8 * (total[monday] - sum(before) / len(before))


def test_the_machine_is_idle_since_that_monday_and_audit_says_who_made_it(local: Running) -> None:
    from oci.monitoring.models import SummarizeMetricsDataDetails

    place = local.ocid("compartment", "data-science")
    query = 'CpuUtilization[1h]{resourceDisplayName = "train-recsys-1"}.mean()'
    details = SummarizeMetricsDataDetails(
        namespace="oci_computeagent", query=query, start_time=today(local) - dt.timedelta(days=10), end_time=today(local)
    )  # fmt: skip
    found = local.client("monitoring", "MonitoringClient").summarize_metrics_data(place, details).data[0]
    points = [(one.timestamp, one.value) for one in found.aggregated_datapoints]
    assert points[1][1] > 50, "it did work at first"
    idle = next(at for at, value in points if value < 5)
    assert (idle.weekday(), idle.hour) == (0, 15)
    assert all(value < 5 for at, value in points if at >= idle)
    events = local.client("audit", "AuditClient").list_events(
        place, today(local) - dt.timedelta(days=12), today(local)
    )
    launched = [one.data for one in events.data if one.data.event_name == "LaunchInstance"]
    assert [(one.resource_name, one.identity.principal_name) for one in launched] == [
        ("train-recsys-1", "erin@shop.example")
    ]


def test_stopping_it_saves_money_by_its_shape_and_the_change_principal_may(local: Running) -> None:
    reader = local.client("core", "ComputeClient")
    gpu = reader.get_instance(local.ocid("instance", "train-recsys-1")).data
    shapes = reader.list_shapes(gpu.compartment_id, shape=gpu.shape).data
    assert [one.is_billed_for_stopped_instance for one in shapes] == [False]
    assert gpu.defined_tags["Oracle-Tags"]["CreatedBy"] == "erin@shop.example"
    stopped = local.client("core", "ComputeClient", "CHANGE").instance_action(gpu.id, "STOP").data
    assert stopped.lifecycle_state == "STOPPING"


def test_a_policy_is_too_wide_and_was_widened_on_that_monday(local: Running) -> None:
    policies = local.client("identity", "IdentityClient").list_policies(local.root).data
    wide = {
        one.name
        for one in policies
        for text in one.statements
        if "manage all-resources in tenancy" in text and "Administrators" not in text
    }
    assert wide == {"data-science"}
    events = local.client("audit", "AuditClient").list_events(
        local.root, today(local) - dt.timedelta(days=12), today(local)
    )
    changed = next(one.data for one in events.data if one.data.event_name == "UpdatePolicy")
    assert len(changed.state_change.current["statements"]) > len(changed.state_change.previous["statements"])


def test_the_clusters_nodes_are_the_tenancys_instances(local: Running, shop: Scenario) -> None:
    nodes = {
        one["metadata"]["name"]: one["spec"]["providerID"] for one in shop.objects if one["kind"] == "Node"
    }
    client = local.client("core", "ComputeClient")
    assert nodes
    for name, ident in nodes.items():
        assert client.get_instance(ident).data.display_name == name


def test_a_node_is_down_while_its_instance_is_off(local: Running, shop: Scenario) -> None:
    store = Store(rng=random.Random(1))
    for node in (one for one in shop.objects if one["kind"] == "Node"):
        store.create("v1/nodes", copy.deepcopy(node), manager="test")

    def down() -> set[str]:
        follow(store, local.server)
        nodes = [kept.obj["metadata"] for kept in store.view("v1/nodes")]
        return {one["name"] for one in nodes if one.get("annotations", {}).get("sim/down")}

    client, ident = local.client("core", "ComputeClient", "CHANGE"), local.ocid("instance", "oke-pool1-a")
    assert down() == set()
    client.instance_action(ident, "SOFTRESET")
    assert down() == {"oke-pool1-a"}
    version = store.version
    assert down() == {"oke-pool1-a"}
    assert store.version == version, "nothing is written while nothing changes"
    local.clock.ahead += 60
    assert down() == set()


def test_the_load_balancer_notices_a_node_that_is_off(local: Running) -> None:
    client, ident = (
        local.client("load_balancer", "LoadBalancerClient"),
        local.ocid("loadbalancer", "shop-public"),
    )
    assert client.get_load_balancer_health(ident).data.status == "OK"
    node = local.ocid("instance", "oke-pool1-c")
    local.client("core", "ComputeClient", "CHANGE").instance_action(node, "STOP")
    assert client.get_load_balancer_health(ident).data.warning_state_backend_set_names == ["frontend"]
    found = client.get_backend_set_health(ident, "frontend").data
    assert (found.status, found.critical_state_backend_names) == ("WARNING", ["10.0.10.13:30080"])


def test_one_alarm_fires_and_the_others_rest(local: Running) -> None:
    prod = local.ocid("compartment", PROD)
    found = local.client("monitoring", "MonitoringClient").list_alarms_status(prod).data
    assert {one.display_name: one.status for one in found} == {
        "node-cpu": "OK", "reports-storage": "FIRING", "public-backends": "OK",
    }  # fmt: skip


def test_the_database_is_there_to_look_at(local: Running) -> None:
    client = local.client("database", "DatabaseClient")
    found = client.list_autonomous_databases(local.ocid("compartment", PROD)).data
    assert [(one.display_name, one.lifecycle_state) for one in found] == [("shop-reports", "AVAILABLE")]
    assert client.get_autonomous_database(found[0].id).data.db_workload == "DW"

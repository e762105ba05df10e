"""Metrics and alarms of the local OCI: the query language over generated series, states that follow them."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy

HOURS = dt.timedelta(hours=1)


def alarm(name: str, query: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "metricCompartmentId": "@compartment/prod", "namespace": "oci_computeagent", "query": query,
        "severity": "WARNING", "destinations": [], "isEnabled": True, "pendingDuration": "PT5M",
    }  # fmt: skip
    return {"name": name, "in": "prod", "fields": usual | fields}


def emitter(resource: str, **waves: Any) -> dict[str, Any]:
    return {"namespace": "oci_computeagent", "resource": f"@instance/{resource}", "metrics": waves}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    small = instances(3, shape="VM.Small")[2]
    idle = {"base": 80, "noise": 3, "unit": "percent", "then": [{"at": "-5h", "base": 1}]}
    suppression = {"timeSuppressFrom": "~-1h", "timeSuppressUntil": "2099-01-01T00:00:00Z"}
    alarms = [
        alarm("idle", "CpuUtilization[5m].mean() < 5"),
        alarm("busy", 'CpuUtilization[5m]{resourceDisplayName = "node-2"}.max() > 90'),
        alarm("hushed", "CpuUtilization[5m].mean() < 5", suppression=suppression),
        alarm("off", "CpuUtilization[5m].mean() < 5", isEnabled=False),
    ]  # fmt: skip
    file = tenancy(
        resources={"core": {"Instance": [*instances(2), small]}, "monitoring": {"Alarm": alarms}},
        metrics=[
            emitter("node-1", CpuUtilization=idle, MemoryUtilization={"base": 40, "unit": "percent"}),
            emitter(
                "node-2", CpuUtilization={"base": 50, "day": 20, "noise": 2, "unit": "percent", "high": 100}
            ),
            emitter("node-3", CpuUtilization={"base": 10}, Requests={"base": 60, "unit": "count"}),
        ],
    )
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def summarized(local: Running, query: str, hours: float = 2, **more: Any) -> list[Any]:
    from oci.monitoring.models import SummarizeMetricsDataDetails

    end = dt.datetime.fromtimestamp(local.clock() // 3600 * 3600, dt.UTC)
    details = {
        "namespace": "oci_computeagent",
        "start_time": end - hours * HOURS,
        "end_time": end,
        "query": query,
    }
    client = local.client("monitoring", "MonitoringClient")
    prod = local.ocid("compartment", "prod")
    found: list[Any] = client.summarize_metrics_data(prod, SummarizeMetricsDataDetails(**details | more)).data
    return found


def values(stream: Any) -> list[float]:
    return [one.value for one in stream.aggregated_datapoints]


def test_a_query_gives_one_stream_a_resource_with_dimensions_and_unit(local: Running) -> None:
    found = summarized(local, "CpuUtilization[5m].mean()")
    assert {one.dimensions["resourceDisplayName"] for one in found} == {"node-1", "node-2", "node-3"}
    first = next(one for one in found if one.dimensions["resourceDisplayName"] == "node-1")
    assert first.dimensions["resourceId"] == local.ocid("instance", "node-1")
    assert first.metadata["unit"] == "percent"
    assert len(first.aggregated_datapoints) == 25, "both ends of two hours"
    times = [one.timestamp for one in first.aggregated_datapoints]
    assert {(b - a).total_seconds() for a, b in pairwise(times)} == {300}


def test_the_same_query_gives_the_same_points_again(local: Running) -> None:
    query = 'CpuUtilization[1m]{resourceDisplayName = "node-2"}.max()'
    assert values(summarized(local, query)[0]) == values(summarized(local, query)[0])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('CpuUtilization[5m]{shape = "VM.Small"}.mean()', {"node-3"}),
        ('CpuUtilization[5m]{shape != "VM.Small"}.mean()', {"node-1", "node-2"}),
        ('CpuUtilization[5m]{resourceDisplayName =~ "node-1|node-3"}.mean()', {"node-1", "node-3"}),
        ('CpuUtilization[5m]{shape =~ "VM.Std*|VM.Sm*"}.mean()', {"node-3"}),
        ('CpuUtilization[5m]{shape = "VM.Small", resourceDisplayName = "node-1"}.mean()', set()),
    ],
)
def test_filters(local: Running, query: str, names: set[str]) -> None:
    assert {one.dimensions["resourceDisplayName"] for one in summarized(local, query)} == names


def test_statistics_are_computed_over_the_points_of_their_window(local: Running) -> None:
    def one(statistic: str) -> list[float]:
        return values(
            summarized(local, f'CpuUtilization[1h]{{resourceDisplayName = "node-2"}}.{statistic}')[0]
        )

    low, mean, high = one("min()"), one("mean()"), one("max()")
    assert all(a < b < c for a, b, c in zip(low, mean, high, strict=True))
    assert one("count()") == [60] * 3
    assert one("sum()") == pytest.approx([value * 60 for value in mean])
    assert all(a <= b <= c for a, b, c in zip(low, one("percentile(0.5)"), high, strict=True))
    assert one("percentile(1.0)") == high
    assert one("increment()") == pytest.approx(
        [b - a for a, b in zip(one("first()"), one("last()"), strict=True)]
    )
    assert one("rate()") == pytest.approx([value / 3540 for value in one("increment()")])


def test_groups_join_series(local: Running) -> None:
    by_shape = summarized(local, "CpuUtilization[1h].groupBy(shape).count()")
    assert {(one.dimensions["shape"], values(one)[0]) for one in by_shape} == {
        ("VM.Standard.E5.Flex", 120), ("VM.Small", 60),
    }  # fmt: skip
    together = summarized(local, "CpuUtilization[1h].grouping().count()")
    assert [(one.dimensions, values(one)[0]) for one in together] == [({}, 180)]


def test_arithmetic_and_comparison(local: Running) -> None:
    query = 'Requests[5m]{resourceDisplayName = "node-3"}.mean()'
    assert set(values(summarized(local, f"({query} - 10) / 2 * 3")[0])) == {75}
    assert set(values(summarized(local, f"{query} > 59")[0])) == {1}
    assert set(values(summarized(local, f"{query} > 59 && {query} < 60")[0])) == {0}
    assert set(values(summarized(local, f"{query} > 70 || {query} == 60")[0])) == {1}


def test_a_resolution_below_the_interval_slides_the_window(local: Running) -> None:
    found = summarized(local, "Requests[1h].count()", resolution="10m")[0]
    assert len(found.aggregated_datapoints) == 13
    assert set(values(found)) == {60}


@pytest.mark.parametrize(
    "query",
    [
        "CpuUtilization.mean()", "CpuUtilization[5m]", "CpuUtilization[7s].mean()", "CpuUtilization[61m].mean()",
        "CpuUtilization[5m].median()", 'CpuUtilization[5m]{shape ~ "x"}.mean()', 'CpuUtilization[5m]{shape = "x".mean()',
        "CpuUtilization[5m].percentile(95)", "CpuUtilization[5m].mean() >", "(CpuUtilization[5m].mean()", "3 + 4", "", "%",
    ],
)  # fmt: skip
def test_what_is_no_query_is_400(local: Running, query: str) -> None:
    problem = refused(summarized, local, query)
    assert (problem.status, problem.code) == (400, "InvalidParameter")


def test_a_minute_reaches_over_seven_days_an_hour_over_ninety(local: Running) -> None:
    assert refused(summarized, local, "Requests[1m].max()", hours=24 * 8).code == "InvalidParameter"
    assert len(values(summarized(local, "Requests[1d].max()", hours=24 * 8)[0])) < 10
    assert refused(summarized, local, "Requests[1h].max()", resolution="2h").code == "InvalidParameter"


def test_an_instance_that_is_off_sends_nothing(local: Running) -> None:
    ident = local.ocid("instance", "node-3")
    local.client("core", "ComputeClient", "CHANGE").instance_action(ident, "STOP")
    local.clock.ahead += 130
    now = dt.datetime.fromtimestamp(local.clock(), dt.UTC)
    query = 'Requests[1m]{resourceDisplayName = "node-3"}'
    span = {"start_time": now - dt.timedelta(minutes=10), "end_time": now}
    found = summarized(local, f"{query}.count()", **span)[0]
    last = found.aggregated_datapoints[-1].timestamp
    assert 60 < (now - last).total_seconds() < 240
    assert values(summarized(local, f"{query}.absent()", **span)[0])[-1] == 1


def test_metrics_are_listed_filtered_and_grouped(local: Running) -> None:
    from oci.monitoring.models import ListMetricsDetails

    client, prod = local.client("monitoring", "MonitoringClient"), local.ocid("compartment", "prod")
    everything = client.list_metrics(prod, ListMetricsDetails()).data
    assert len(everything) == 5
    named = client.list_metrics(prod, ListMetricsDetails(name="Requests")).data
    assert [one.dimensions["resourceDisplayName"] for one in named] == ["node-3"]
    spaces = client.list_metrics(
        local.root, ListMetricsDetails(group_by=["namespace"]), compartment_id_in_subtree=True
    )
    assert [(one.namespace, one.name) for one in spaces.data] == [("oci_computeagent", None)]
    problem = refused(client.list_metrics, prod, ListMetricsDetails(), compartment_id_in_subtree=True)
    assert problem.code == "InvalidParameter"


def test_alarms_fire_suspend_and_rest_by_their_series(local: Running) -> None:
    client = local.client("monitoring", "MonitoringClient")
    found = {
        one.display_name: one for one in client.list_alarms_status(local.ocid("compartment", "prod")).data
    }
    assert {name: one.status for name, one in found.items()} == {
        "idle": "FIRING",
        "busy": "OK",
        "hushed": "SUSPENDED",
    }
    age = local.clock() - found["idle"].timestamp_triggered.timestamp()
    assert 4.5 * 3600 < age < 5.5 * 3600, "since the machine fell idle"
    assert '"CpuUtilization[5m].mean() < 5"' in found["idle"].alarm_summary
    firing = client.list_alarms_status(local.root, compartment_id_in_subtree=True, status="FIRING").data
    assert [one.display_name for one in firing] == ["idle"]


def test_alarms_are_listed_read_and_have_a_history(local: Running) -> None:
    client, prod = local.client("monitoring", "MonitoringClient"), local.ocid("compartment", "prod")
    names = [
        one.display_name for one in client.list_alarms(prod, sort_by="displayName", sort_order="ASC").data
    ]
    assert names == ["busy", "hushed", "idle", "off"]
    ident = local.ocid("alarm", "idle")
    assert client.get_alarm(ident).data.pending_duration == "PT5M"
    history = client.get_alarm_history(ident).data
    assert [one.summary for one in history.entries] == ["State transitioned from OK to Firing"]
    states = client.retrieve_dimension_states(ident).data.items
    firing = {one.dimensions["resourceDisplayName"] for one in states if one.status == "FIRING"}
    assert firing == {"node-1"}

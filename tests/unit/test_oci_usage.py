"""Costs of the local OCI: rows by day, service and resource; what is stopped costs no more; the latest day is missing."""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.oci.costs.lines import billed_until, lines
from sandbox.oci.times import moment
from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy

DAY = dt.timedelta(days=1)


def cost(resource: str, **more: Any) -> dict[str, Any]:
    usual = {
        "service": "COMPUTE", "sku": "Standard OCPU", "part": "B97384", "unit": "OCPU HOURS", "price": 0.05,
        "hourly": 2, "resource": resource,
    }  # fmt: skip
    return usual | more


COSTS = [
    cost("@instance/node-1", powered=True, noise=0.05, weekend=0.5),
    cost("@instance/gpu", sku="GPU", part="B95909", unit="GPU HOURS", price=2, powered=True, since="monday 09:00"),
    cost("@loadbalancer/front", service="LOAD_BALANCER", sku="LB", part="B93030", unit="LB HOURS", price=0.01, hourly=1,
         spikes=[{"at": "-20d", "days": 2, "factor": 5}]),
]  # fmt: skip


def file() -> Any:
    gpu = instances(1, shape="VM.GPU.A10.2", definedTags={"Ops": {"CostCenter": "42"}})[0]
    gpu |= {"name": "gpu", "in": "lab", "created": "monday 09:00"}
    balancer = {"name": "front", "in": "prod", "fields": {"shapeName": "flexible"}}
    resources = {"core": {"Instance": [*instances(1), gpu]}, "load_balancer": {"LoadBalancer": [balancer]}}
    resources["core"]["Instance"][0]["created"] = "-300d"
    return tenancy(resources=resources, costs=COSTS)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(file(), tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def today(local: Running) -> dt.datetime:
    return dt.datetime.fromtimestamp(local.clock() // 86400 * 86400, dt.UTC)


def usage(local: Running, days: int = 30, profile: str = "DEFAULT", **more: Any) -> list[Any]:
    from oci.usage_api.models import RequestSummarizedUsagesDetails

    details = {
        "tenant_id": local.root, "time_usage_started": today(local) - days * DAY, "time_usage_ended": today(local),
        "granularity": "DAILY", "query_type": "COST",
    }  # fmt: skip
    client = local.client("usage_api", "UsageapiClient", profile)
    found: list[Any] = []
    page: dict[str, Any] = {}
    while True:
        answer = client.request_summarized_usages(RequestSummarizedUsagesDetails(**details | more), **page)
        found += answer.data.items
        if not answer.has_next_page:
            return found
        page = {"page": answer.next_page}


def by(rows: list[Any], *names: str) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for one in rows:
        found[tuple(getattr(one, name) for name in names)] += one.computed_amount
    return dict(found)


def test_the_parts_add_up_to_the_whole_however_they_are_grouped(local: Running) -> None:
    whole = sum(one.computed_amount for one in usage(local))
    for names in (
        ["service"],
        ["resourceId"],
        ["skuName", "compartmentName"],
        ["region"],
        ["compartmentPath"],
    ):
        assert sum(one.computed_amount for one in usage(local, group_by=names)) == pytest.approx(whole)
    assert sum(one.computed_amount for one in usage(local, is_aggregate_by_time=True)) == pytest.approx(whole)
    assert sum(one.computed_amount for one in usage(local, granularity="MONTHLY")) == pytest.approx(whole)


def test_the_same_question_has_the_same_answer(local: Running) -> None:
    assert by(usage(local, group_by=["service"]), "service", "time_usage_started") == by(
        usage(local, group_by=["service"]), "service", "time_usage_started"
    )


def test_monday_is_where_the_gpu_begins(local: Running) -> None:
    rows = [
        one
        for one in usage(local, days=21, group_by=["resourceId"])
        if one.resource_id == local.ocid("instance", "gpu")
    ]
    days = {one.time_usage_started.date(): one.computed_amount for one in rows}
    first, *rest = sorted(days)
    assert first.weekday() == 0
    assert days[first] == pytest.approx(15 * 2 * 2), "15 hours of two GPUs at 2 each"
    for day in rest[:1]:
        billed = local.clock() // 3600 - 24 - dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() / 3600
        assert days[day] == pytest.approx(min(24, billed) * 4)
    facts = usage(local, group_by=["skuName", "skuPartNumber", "compartmentName", "service"])
    gpu = next(one for one in facts if one.sku_name == "GPU")
    assert (gpu.compartment_name, gpu.unit_price, gpu.unit, gpu.currency) == ("lab", 2, "GPU HOURS", "USD")


@pytest.mark.parametrize("hours", range(0, 7 * 24, 5))
def test_the_monday_of_a_scenario_is_always_billed_as_a_whole_and_never_long_ago(hours: int) -> None:
    now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC).timestamp() + hours * 3600
    monday = dt.datetime.fromtimestamp(moment("monday 09:12", now), dt.UTC)
    assert (monday.weekday(), monday.hour, monday.minute) == (0, 9, 12)
    over = monday.replace(hour=0, minute=0) + DAY
    assert over.timestamp() <= billed_until(now) + 3600
    assert now - monday.timestamp() < 9 * 86400


def test_weekends_cost_less_and_a_spike_is_a_spike(local: Running) -> None:
    rows = by(usage(local, days=60, group_by=["service", "resourceId"]), "resource_id", "time_usage_started")
    node = {day: amount for (one, day), amount in rows.items() if one == local.ocid("instance", "node-1")}
    full = [amount for day, amount in node.items() if day.weekday() < 5 and day < today(local) - 2 * DAY]
    weekend = [amount for day, amount in node.items() if day.weekday() >= 5 and day < today(local) - 2 * DAY]
    assert max(weekend) < min(full)
    assert len(set(full)) > 20, "no two days alike"
    front = sorted(amount for (one, _), amount in rows.items() if one == local.ocid("loadbalancer", "front"))
    assert front[-2:] == pytest.approx([1.2, 1.2])
    assert front[-3] == pytest.approx(0.24)


def test_the_latest_hours_are_not_billed_yet(local: Running) -> None:
    hours = {
        "time_usage_started": today(local) - DAY,
        "time_usage_ended": today(local) + dt.timedelta(hours=12),
    }
    rows = usage(local, granularity="HOURLY", **hours)
    latest = max(one.time_usage_ended for one in rows)
    assert 24 * 3600 <= local.clock() - latest.timestamp() < 25 * 3600


def test_filters_and_tags(local: Running) -> None:
    from oci.usage_api.models import Dimension, Filter, Tag

    only = Filter(operator="AND", dimensions=[Dimension(key="service", value="COMPUTE")])
    assert {one.service for one in usage(local, group_by=["service"], filter=only)} == {"COMPUTE"}
    other = Filter(operator="NOT", filters=[only])
    assert {one.service for one in usage(local, group_by=["service"], filter=other)} == {"LOAD_BALANCER"}
    tagged = Filter(operator="AND", tags=[Tag(namespace="Ops", key="CostCenter", value="42")])
    assert {one.sku_name for one in usage(local, group_by=["skuName"], filter=tagged)} == {"GPU"}
    either = Filter(operator="OR", dimensions=[Dimension(key="skuName", value=sku) for sku in ("GPU", "LB")])
    assert {one.sku_name for one in usage(local, group_by=["skuName"], filter=either)} == {"GPU", "LB"}
    by_tag = usage(local, group_by_tag=[Tag(namespace="Ops", key="CostCenter")], is_aggregate_by_time=True)
    assert {one.tags[0].value for one in by_tag} == {"42", None}


def test_a_depth_adds_compartments_up(local: Running) -> None:
    rows = usage(local, group_by=["compartmentPath"], compartment_depth=1)
    assert {one.compartment_path for one in rows} == {"acme"}


def test_a_forecast_goes_on_as_the_weeks_before(local: Running) -> None:
    from oci.usage_api.models import Forecast

    ahead = Forecast(forecast_type="BASIC", time_forecast_ended=today(local) + 14 * DAY)
    rows = usage(local, days=28, forecast=ahead)
    forecast = [one.computed_amount for one in rows if one.is_forecast]
    assert len(forecast) == 14
    assert 90 < sum(forecast) / 14 < 110, "the GPU runs on"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"granularity": "TOTAL"}, "TOTAL"),
        ({"time_usage_ended": dt.datetime(2030, 1, 1, 5, tzinfo=dt.UTC)}, "precision"),
        ({"time_usage_ended": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "before"),
        ({"group_by": ["colour"]}, "colour"),
        ({"granularity": "HOURLY"}, "36 hours"),
    ],
)
def test_what_the_api_does_not_answer_is_400(local: Running, more: Any, words: str) -> None:
    problem = refused(usage, local, **more)
    assert (problem.status, problem.code) == (400, "InvalidParameter")
    assert words in problem.message


def test_another_tenancy_is_not_seen(local: Running) -> None:
    assert refused(usage, local, tenant_id="ocid1.tenancy.oc1..other").status == 404


def test_what_is_stopped_costs_no_more(tmp_path: Path) -> None:
    with running(file(), tmp_path, speed=1) as local:
        ident = local.ocid("instance", "gpu")
        local.client("core", "ComputeClient", "ADMIN").instance_action(ident, "STOP")
        stopped = local.clock()
        local.clock.ahead += 3 * 86400
        local.server.tenancy.records.settle()
        gpu = next(one for one in lines(local.server.tenancy) if one.resource.id == ident)
        assert gpu.quantity(stopped - 7200, stopped) == pytest.approx(4, rel=0.01)
        assert gpu.quantity(stopped + 60, stopped + 86400) == 0
        assert gpu.expected(stopped + 4 * 86400, stopped + 5 * 86400) == 0


def test_ninety_days_of_forty_lines_are_quick(tmp_path: Path) -> None:
    many = [
        cost("@instance/node-1", part=f"B{number}", sku=f"SKU {number}", noise=0.1) for number in range(40)
    ]
    resources = {"core": {"Instance": [instances(1)[0] | {"created": "-300d"}]}}
    with running(tenancy(resources=resources, costs=many), tmp_path) as local:
        usage(local, days=1)
        began = time.process_time()
        rows = usage(local, days=91, group_by=["skuPartNumber"])
        spent = time.process_time() - began
    assert len(rows) >= 90 * 40
    assert spent < 3, f"{spent:.1f} s of this process, client included"

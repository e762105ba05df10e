"""The shop's tenancy as its people ask about it: what Monday cost and why, what fires, who changed what, how it runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import AskBack, GiveUp
from tools.oracle.jumps import jumps, usual
from tools.oracle.metrics import query
from tools.reads.cost_periods import span_of
from tools.reads.cost_summary import COST_SUMMARY
from tools.reads.cost_why import COST_WHY
from tools.reads.oci_alarms import OCI_ALARMS
from tools.reads.oci_metric import OCI_METRIC
from tools.reads.oci_who_changed import OCI_WHO_CHANGED

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


async def test_monday_cost_more_because_of_an_idle_gpu_that_somebody_launched(at, local):
    found = await at.run(COST_WHY, day="Monday")
    cost = found.evidence[0]
    assert cost.label == "cost"
    assert cost.value.startswith("since then ") and " a whole day, " in cost.value, cost.value
    assert "; on the day itself" in cost.value
    facts = found.data["facts"]
    assert found.data["jump"]["resource"] == local.ocid("instance", "train-recsys-1")
    assert Decimal(found.data["jump"]["a_day"]) == pytest.approx(Decimal("97.68"), abs=Decimal("0.05"))
    assert facts["compartment"] == "data-science"
    assert facts["made"].startswith("LaunchInstance by erin@shop.example, Mon")
    assert "idle since Mon" in facts["works"]
    assert "GpuUtilization 0.0% now" in facts["works"]
    used = [(one.label, one.value) for one in found.evidence if one.ref.startswith("metric:")]
    assert len(used) == len(set(used)) and all(label.startswith("use, idle since Mon") for label, _ in used)
    assert "GpuUtilization 0.0% now" in [value for _, value in used]
    assert facts["stopping saves"].startswith("about 2,880")
    assert found.data["stoppable"]
    assert any("not complete yet" in text for text in found.could_not_see)
    assert {one.ref.split(":")[0] for one in found.evidence} == {"oci", "metric"}
    drawn = found.charts[0]
    assert [series.name for series in drawn.series] == ["train-recsys-1", "everything else"]
    monday = drawn.categories.index(f"{datetime.fromisoformat(found.data['jump']['day']):%d %b}")
    assert drawn.series[0].values[monday] > 50 > drawn.series[0].values[monday - 1]
    assert len(drawn.categories) == 14
    assert drawn.note.startswith("Cost a day: train-recsys-1 0.00 USD before Mon")


async def test_every_point_of_a_course_over_days_has_a_label_of_its_own(at):
    found = await at.run(OCI_METRIC, metric="gpu", resource="train-recsys-1", since="7d")
    labels = found.charts[0].categories
    assert len(labels) > 24
    assert len(set(labels)) == len(labels)


async def test_without_a_day_the_largest_step_is_explained_once(at):
    named, largest = await at.run(COST_WHY, day="monday"), await at.run(COST_WHY)
    assert largest.data["jump"] == named.data["jump"]


async def test_who_may_not_see_the_compartment_hears_nothing_of_it(at):
    found = await at.run(COST_WHY, day="monday", paths=("shop", "root"))
    assert found.data["jump"] is None
    assert "train-recsys-1" not in str(found)
    summed = await at.run(COST_SUMMARY, by="compartment", paths=("shop",))
    assert set(summed.data["groups"]) == {"shop/shop-prod"}


async def test_a_day_that_is_not_known_as_a_whole_is_not_judged(at):
    with pytest.raises(GiveUp, match="not known as a whole"):
        await at.run(COST_WHY, day=datetime.now(UTC).date().isoformat())
    with pytest.raises(ValidationError):
        await at.run(COST_WHY, day="last full moon")


async def test_the_sum_is_that_of_its_groups_and_the_step_is_named(at):
    for by in ("service", "compartment", "region", "resource", "sku"):
        found = await at.run(COST_SUMMARY, by=by, days=14)
        amounts = [Decimal(amount) for days in found.data["groups"].values() for amount in days.values()]
        assert sum(amounts) == Decimal(found.data["total"])
        assert len(found.charts[0].categories) == 14
    assert "COMPUTE: from 13.85 USD to" in (await at.run(COST_SUMMARY)).digest


async def test_a_calendar_week_is_summed_and_held_against_the_one_before(at):
    found = await at.run(COST_SUMMARY, period="last_week")
    span = span_of("last_week", datetime.now(UTC))
    days = {day for group in found.data["groups"].values() for day in group}
    assert min(days) == span.start.date().isoformat()
    assert max(days) < span.end.date().isoformat()
    against = found.data["compared"]
    assert Decimal(against["before"]) > 0
    assert found.digest.splitlines()[0].startswith("last week, Mon ")
    assert [one.label for one in found.evidence[:2]] == ["last week", "the like days before last week"]
    assert "[#1]" in found.digest.splitlines()[0]


async def test_a_step_is_evidence_with_its_day_its_service_and_the_numbers(at):
    found = await at.run(COST_SUMMARY, days=14)
    line = next(line for line in found.digest.splitlines() if line.startswith("COMPUTE: from 13.85 USD"))
    proof = found.evidence[int(line.split("[#")[1].rstrip("]")) - 1]
    assert proof.label == "COMPUTE: jump"
    assert proof.value.startswith("13.85 USD a day before")
    assert proof.ref.endswith(f"#usage/COMPUTE/{found.data['jumps'][0]['day']}")


async def test_alarms_that_fire_are_shown_with_their_rule_and_the_others_ruled_out(at):
    found = await at.run(OCI_ALARMS)
    assert [(one["name"], one["state"]) for one in found.data["alarms"]] == [("reports-storage", "FIRING")]
    assert found.ruled_out == ("2 alarms are not firing",)
    everything = await at.run(OCI_ALARMS, firing=False, compartment="shop")
    assert len(everything.data["alarms"]) == 3
    assert (await at.run(OCI_ALARMS, paths=("network",))).data["total"] == 0


async def test_who_changed_a_resource_is_told_with_before_and_after(at):
    found = await at.run(OCI_WHO_CHANGED, resource="reports", since="7d")
    change = found.data["changes"][0]
    assert (change["who"], change["did"]) == ("bob@shop.example", "UpdateAlarm")
    assert change["before"] == {"query": "StorageUtilization[1h].max() > 75"}
    everyone = await at.run(OCI_WHO_CHANGED, since="7d")
    assert {one["who"] for one in everyone.data["changes"]} >= {"erin@shop.example", "alba@shop.example"}
    assert {
        one["who"] for one in (await at.run(OCI_WHO_CHANGED, who="erin", since="7d")).data["changes"]
    } == {"erin@shop.example"}


async def test_reads_are_no_changes(at):
    await at.run(OCI_ALARMS)
    found = await at.run(OCI_WHO_CHANGED, who="cloudops-reader", since="1h")
    assert found.data["changes"] == []


async def test_a_metric_has_a_course_and_a_value_now(at):
    found = await at.run(OCI_METRIC, metric="gpu", resource="train", since="7d")
    assert found.data["query"].startswith('GpuUtilization[1h]{resourceId = "ocid1.instance.')
    assert found.data["series"][0]["last"] == 0
    assert len(found.charts[0].categories) > 20
    every = await at.run(OCI_METRIC, metric="cpu", compartment="shop")
    assert {one["labels"]["__name__"] for one in every.data["series"]} == {
        "oke-pool1-a",
        "oke-pool1-b",
        "oke-pool1-c",
    }
    balancer = await at.run(
        OCI_METRIC, metric="unhealthybackendservers", kind="load balancer", resource="shop-public"
    )
    assert balancer.data["namespace"] == "oci_lbaas"


async def test_a_metric_that_nobody_knows_is_asked_back(at):
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_METRIC, metric="Happiness")
    assert "HttpRequests" in asked.value.options


def test_a_quote_in_a_dimension_ends_nothing() -> None:
    assert query("Cpu", "1m", "max", [("resourceId", 'a" || "b')]) == 'Cpu[1m]{resourceId = "a || b"}.max()'


# steps, by numbers alone

FIRST = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday


def days(*amounts: float) -> dict[datetime, Decimal]:
    return {FIRST + timedelta(days=n): Decimal(str(amount)) for n, amount in enumerate(amounts)}


WEEK = (50, 50, 50, 50, 50, 20, 20)


def test_weekends_and_one_odd_day_among_busy_ones_are_no_step() -> None:
    series = days(*WEEK * 5)
    assert jumps({"a": series}, sorted(series)) == []
    noisy = days(*(value + (3 if n % 3 else -3) for n, value in enumerate(WEEK * 5)))
    assert jumps({"a": noisy}, sorted(noisy)) == []


def test_a_step_that_stays_is_one_step_from_its_first_day_and_costs_what_a_whole_day_costs() -> None:
    series = days(*WEEK * 4, 74, 90, 90, 90, 90, 60, 60)
    found = jumps({"a": series}, sorted(series))
    assert [(one.day, one.before, one.after, one.days) for one in found] == [
        (FIRST + timedelta(days=28), Decimal(50), Decimal(90), 7)
    ]


def test_what_is_new_steps_up_from_nothing_and_what_nothing_is_known_before_is_not_judged() -> None:
    old, new = days(*WEEK * 5), {FIRST + timedelta(days=30): Decimal(40)}
    assert [(one.key, one.before, one.after) for one in jumps({"old": old, "new": new}, sorted(old))] == [
        ("new", Decimal(0), Decimal(40))
    ]
    short = days(*WEEK)
    assert usual(list(short.values()), 6) is None
    assert jumps({"a": short}, sorted(short)) == []

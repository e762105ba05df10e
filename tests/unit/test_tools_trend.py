"""Why a metric is high, since when, and who changed what before; what is too little is said."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from tests.unit.watch_tenancy import at, local
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle.courses import course, stepped, whole
from tools.oracle.metrics import Asked, Stream
from tools.oracle.readings import read
from tools.reads.oci_trend import OCI_TREND, READ, Seen, _result
from tools.spec import Call, Scope

__all__ = ["at", "local"]
NOW = datetime(1970, 1, 1, 3, tzinfo=UTC)


async def test_why_cpu_is_high_since_when_and_who_changed_it(at):
    found = await at.run(OCI_TREND, metric="cpu", resource="node-1")
    odd = found.data["series"][0]["anomalies"][-1]
    since = datetime.now(UTC) - datetime.fromisoformat(odd["from"])
    assert timedelta(hours=3.9) <= since <= timedelta(hours=6.1)
    assert odd["to"] is None
    assert odd["above"]
    assert odd["low"] < odd["expected"] < odd["high"] < odd["value"]
    change = found.data["changes"][0]
    assert (change["did"], change["who"], change["own"]) == ("UpdateInstance", "ada", True)
    assert (change["before"], change["after"]) == (
        {"shapeConfig": {"ocpus": 4}},
        {"shapeConfig": {"ocpus": 1}},
    )
    assert [one["own"] for one in found.data["changes"]] == [True, False]
    assert "It was changed 6h ago: UpdateInstance of node-1 by ada" in found.digest
    assert "Elsewhere in its compartment 7h ago: InstanceAction of node-2 by operator" in found.digest
    assert [one.ref.split(":")[0] for one in found.evidence] == ["metric", "oci", "oci"]
    assert [line[-5:].strip() for line in found.digest.splitlines() if line.endswith("]")] == [
        "[#1]",
        "[#2]",
        "[#3]",
    ]
    names = {series.name for series in found.charts[0].series}
    assert names == {"node-1", "expected at least", "expected at most"}


async def test_of_many_the_odd_one_comes_first_and_the_new_one_says_that_it_is_new(at):
    found = await at.run(OCI_TREND, metric="cpu")
    assert found.data["series"][0]["name"] == "node-1"
    assert (found.data["unusual"], found.data["total"]) == (1, 5)
    assert "1 with too little data to say" in found.digest.splitlines()[0]
    new = next(one for one in found.data["series"] if one["name"] == "new")
    assert new["usual"] is None
    assert any(text.startswith("too little data for anomalies") for text in new["refused"])
    assert found.tables[0].rows[0][2] == "no"


async def test_an_ordinary_one_is_called_so_with_its_season_and_a_forecast(at):
    found = await at.run(OCI_TREND, metric="cpu", resource="node-2", limit=95)
    series = found.data["series"][0]
    assert series["usual"]
    assert series["season"]["steps"] == 24
    assert found.data["changes"] == []
    steps = series["forecast"]["steps"]
    assert len(steps) == 24
    assert all(one["low"] <= one["value"] <= one["high"] for one in steps)
    assert "Does not come to 95 % in that time." in found.digest
    assert "Repeats every day" in found.digest


async def test_a_forecast_of_more_than_the_past_allows_is_refused_with_the_numbers(at):
    found = await at.run(OCI_TREND, metric="cpu", resource="node-2", since="7d", ahead="7d")
    assert "Not said: too little data for a forecast of 168 steps: 168 points, it takes 504" in found.digest
    assert found.data["series"][0]["forecast"] is None


async def test_no_points_are_no_calm(at):
    found = await at.run(OCI_TREND, metric="MemoryUtilization", resource="node-2")
    assert found.digest.startswith("No points of MemoryUtilization")
    assert found.could_not_see


@pytest.mark.parametrize(("status", "error"), [(503, TryLater), (403, NotAllowed), (404, GiveUp)])
async def test_monitoring_that_refuses_is_an_error(at, local, status, error):
    local.local("/local/faults", {"operation": "summarize_metrics_data", "status": status, "times": 99})
    with pytest.raises(error):
        await at.run(OCI_TREND, seconds=1.5, region="frankfurt", resource="node-1")


async def test_an_audit_that_does_not_answer_costs_the_cause_alone(at, local):
    local.local("/local/faults", {"operation": "list_events", "status": 403, "times": 99})
    found = await at.run(OCI_TREND, resource="node-1")
    assert found.data["unusual"] == 1
    assert found.data["changes"] == []
    assert any(text.startswith("who changed it:") for text in found.could_not_see)
    assert found.ruled_out == ()


async def test_nobody_sees_what_is_not_theirs(at):
    with pytest.raises(AskBack, match="no instance"):
        await at.run(OCI_TREND, resource="node-1", paths=("lab",))
    assert (await at.run(OCI_TREND, metric="cpu", paths=("lab",))).data["total"] == 0
    for wrong in ({"surprise": 1}, {"ahead": "soon"}, {"since": "90d"}):
        with pytest.raises(ValidationError):
            await at.run(OCI_TREND, **wrong)


def test_a_course_keeps_its_gaps_and_ends_with_a_step_that_is_over() -> None:
    found = course(Stream({"__name__": "a"}, ((3600.0, 1.0), (10800.0, 3.0))), timedelta(hours=1))
    assert (found.values, found.seasons, found.known) == ((1.0, None, 3.0), (24, 168), 2)
    assert whole(datetime(2026, 11, 26, 13, 59, tzinfo=UTC), timedelta(hours=1)).minute == 0
    assert [stepped(timedelta(hours=hours))[0] for hours in (8, 24, 100)] == ["1m", "5m", "1h"]


def test_all_that_were_read_are_told_to_whoever_goes_by_the_data():
    """A detector looks for each of its series: one that is left out would seem to be measured no more."""
    seen = Seen("CpuUtilization", Asked("oci_computeagent", "q", NOW, NOW), total=READ + 5)
    seen.unread = ["eu-amsterdam-1: it does not answer"]
    streams = [
        Stream({"__name__": f"node-{n}"}, ((0.0, 1.0), (3600.0, 2.0)), f"ocid{n}") for n in range(READ)
    ]
    seen.readings = [read(course(one, timedelta(hours=1)), 0) for one in streams]
    call = Call(None, NOW, 1.0, None)
    data = _result(call, OCI_TREND.args(), Scope(), seen).data
    assert len({one["resource"] for one in data["series"]}) == READ
    assert (data["total"], data["unread"]) == (READ + 5, seen.unread)

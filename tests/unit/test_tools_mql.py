"""Queries in Monitoring's language: what is wrong is told with its place, what is right is answered and drawn."""

import pytest

from tests.unit.estate_shop import at, local
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.oracle.mql import read
from tools.reads.oci_query import OCI_QUERY

__all__ = ["at", "local"]


@pytest.mark.parametrize(
    ("text", "metrics", "minutes"),
    [
        ("CpuUtilization[5m].mean()", ("CpuUtilization",), 5),
        ('Cpu[1h]{shape =~ "VM*", a != "b"}.groupBy(shape).max() > 90', ("Cpu",), 60),
        ("Cpu[1m].absent()", ("Cpu",), 1),
        ("Cpu[1m].absent(20m)", ("Cpu",), 1),
        ("(A[1d].sum() / B[5m].percentile(0.95)) * 100 >= -1", ("A", "B"), 5),
    ],
)
def test_what_monitoring_understands_is_understood(text, metrics, minutes):
    assert (read(text).metrics, read(text).minutes) == (metrics, minutes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Cpu.mean()", 'at character 4, ".mean()": Cpu needs an interval'),
        ("Cpu[90m].mean()", 'at character 4, "[90m].mean()": an interval is 1m to 60m'),
        ("Cpu[5m]", "at its end: Cpu needs a statistic"),
        ("Cpu[5m].median()", 'at character 9, "median()": there is no function median'),
        ("Cpu[5m]{a = b}.max()", 'at character 13, "b}.max()": the value of a filter stands in quotes'),
        ("Cpu[5m].max() >", "at its end: a metric or a number belongs here"),
        ("Cpu[5m].percentile(95)", 'at character 20, "95)": percentile takes one number'),
        ("Cpu[5m].max() ; x", 'at character 15, "; x": this is not understood'),
        ("1 > 2", "there is no metric in it"),
    ],
)
def test_what_it_does_not_is_told_with_its_place(text, told):
    with pytest.raises(GiveUp, match="Nothing was sent") as caught:
        read(text)
    assert told in caught.value.reason


async def test_a_query_is_answered_highest_first_with_chart_and_evidence(at):
    found = await at.run(OCI_QUERY, query="CpuUtilization[5m].max()")
    last = [one["last"] for one in found.data["series"]]
    assert last
    assert last == sorted(last, reverse=True)
    assert found.data["total"] == len(last)
    assert found.charts[0].categories
    assert found.evidence[0].ref.startswith("metric:CpuUtilization[5m].max()@")


async def test_more_time_than_the_interval_reaches_is_refused_before_it_is_sent(at):
    with pytest.raises(GiveUp, match="reaches back 7 days"):
        await at.run(OCI_QUERY, query="CpuUtilization[1m].max()", since="14d")


async def test_nothing_there_is_told_apart_from_not_answered(at, local):
    none = await at.run(OCI_QUERY, query="Nonsense[5m].max()")
    assert none.could_not_see
    assert none.digest.startswith("No points")
    local.local("/local/faults", {"operation": "summarize_metrics_data", "status": 503, "times": 200})
    with pytest.raises(TryLater):
        await at.run(OCI_QUERY, seconds=1.5, query="CpuUtilization[5m].max()", region="frankfurt")
    with pytest.raises(NotAllowed):
        await at.run(OCI_QUERY, query="CpuUtilization[5m].max()", paths=("elsewhere",))

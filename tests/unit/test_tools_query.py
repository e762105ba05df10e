"""Any query and every metric: checked before it is sent, near misses offered, the top of many and the rest counted."""

import pytest

from tests.unit.watch_tenancy import at, local
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.reads.oci_metrics import OCI_METRICS
from tools.reads.oci_query import OCI_QUERY

__all__ = ["at", "local"]
CPU = "CpuUtilization[5m].mean()"


async def test_a_query_is_said_in_words_drawn_and_its_top_shown(at):
    found = await at.run(OCI_QUERY, query=CPU, since="1h", top=2)
    assert [one["name"] for one in found.data["streams"]][:1] == ["node-1"]
    assert (found.data["total"], found.data["namespace"]) == (5, "oci_computeagent")
    lines = found.digest.splitlines()
    assert lines[:2] == [
        "5 streams in the last 1h, the highest first.",
        "It asks: the mean of CpuUtilization over 5m.",
    ]
    assert lines[-1].startswith("3 more, now ")
    assert len(found.charts[0].series) == 5
    assert len(set(found.charts[0].categories)) == len(found.charts[0].categories)


async def test_a_comparison_tells_for_how_many_it_is_true_now(at):
    found = await at.run(OCI_QUERY, query="CpuUtilization[5m].mean() > 80", since="1h")
    assert (found.data["decides"], found.data["true_now"]) == (True, 1)
    assert found.digest.startswith("5 streams in the last 1h; true now for 1.")
    assert "node-1: now true, true in 12 of 12 points" in found.digest


async def test_groups_lists_and_absence_are_computed(at):
    grouped = await at.run(OCI_QUERY, query="CpuUtilization[5m].groupBy(shape).max()", since="1h")
    assert {one["name"] for one in grouped.data["streams"]} == {"shape=VM.Standard.E5.Flex"}
    inside = await at.run(
        OCI_QUERY, query="CpuUtilization[5m].mean() in (80, 100)", since="1h", compartment="prod"
    )
    assert inside.data["true_now"] == 1
    quiet = 'CpuUtilization[5m]{resourceDisplayName = "node-2"}.absent(20m)'
    gone = await at.run(OCI_QUERY, query=quiet, since="1h", region="frankfurt")
    assert (gone.data["decides"], gone.data["true_now"]) == (True, 0)


async def test_what_is_wrong_is_said_before_anything_is_asked(at, local):
    local.local("/local/faults", {"status": 503, "times": 99, "operation": "summarize_metrics_data"})
    with pytest.raises(GiveUp, match="character 20"):
        await at.run(OCI_QUERY, query="CpuUtilization[5m].men()")
    with pytest.raises(GiveUp, match="no dimension shap; near are shape"):
        await at.run(OCI_QUERY, query='CpuUtilization[5m]{shap = "x"}.mean()')
    with pytest.raises(GiveUp, match=r"7 days at most, and 20 days are asked: use \[5m\]"):
        await at.run(OCI_QUERY, query="CpuUtilization[1m].mean()", since="20d")
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_QUERY, query="CpuUtilisation[5m].mean()")
    assert asked.value.options == ("CpuUtilization", "MemoryUtilization")
    with pytest.raises(TryLater):
        await at.run(OCI_QUERY, query=CPU, seconds=1.5)


async def test_metrics_are_listed_by_resource_and_by_a_part_of_their_name(at):
    found = await at.run(OCI_METRICS, resource="node-1")
    assert [one["name"] for one in found.data["metrics"]] == ["CpuUtilization", "MemoryUtilization"]
    assert found.data["metrics"][0]["dimensions"]["shape"] == ["VM.Standard.E5.Flex"]
    every = await at.run(OCI_METRICS, name="cpu")
    assert [(one["series"], one["regions"]) for one in every.data["metrics"]] == [
        (5, ["eu-amsterdam-1", "eu-frankfurt-1"])
    ]
    missed = await at.run(OCI_METRICS, name="MemoryUse")
    assert missed.data["near"][0] == "MemoryUtilization"
    assert "Near that name: MemoryUtilization" in missed.digest


async def test_a_region_that_does_not_answer_is_named_and_no_near_miss_is_sure(at, local):
    local.local("/local/faults", {"region": "eu-amsterdam-1", "status": 404, "times": 99})
    found = await at.run(OCI_QUERY, query=CPU, since="1h")
    assert found.data["total"] == 4
    assert any(text.startswith("eu-amsterdam-1:") for text in found.could_not_see)
    with pytest.raises(AskBack, match="I could not look in eu-amsterdam-1"):
        await at.run(OCI_QUERY, query="Nonsense[1m].max()")


@pytest.mark.parametrize("tool", [OCI_QUERY, OCI_METRICS], ids=lambda tool: tool.name)
@pytest.mark.parametrize(("status", "error"), [(503, TryLater), (403, NotAllowed), (404, GiveUp)])
async def test_monitoring_that_refuses_is_an_error(at, local, tool, status, error):
    local.local("/local/faults", {"operation": "list_metrics", "status": status, "times": 99})
    with pytest.raises(error):
        await at.run(tool, seconds=1.5, region="frankfurt", **({"query": CPU} if tool is OCI_QUERY else {}))


async def test_nobody_sees_what_is_not_theirs(at):
    with pytest.raises(NotAllowed):
        await at.run(OCI_QUERY, query=CPU, paths=("elsewhere",))
    with pytest.raises(AskBack, match="I see no metric"):
        await at.run(OCI_QUERY, query=CPU, paths=("lab",))
    assert (await at.run(OCI_METRICS, paths=("lab",))).data["total"] == 0

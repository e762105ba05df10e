"""The health score: what costs how much, what a part that is away costs, and whose troubles are told."""

from collections.abc import Iterator

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.watch_tenancy import alarms
from tools.errors import AskBack, ToolError
from tools.oracle.health import KINDS, Trouble, score
from tools.reads.oci_health import OCI_HEALTH


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    disks = [
        {
            "name": name,
            "in": place,
            "fields": {
                "availabilityDomain": "AD-1",
                "sizeInGBs": 50,
                "sizeInMBs": 51200,
                "lifecycleState": state,
            },
        }
        for name, place, state in (
            ("torn", "prod", "FAULTY"),
            ("bent", "prod", "FAULTY"),
            ("toy", "lab", "FAULTY"),
            ("fine", "prod", "AVAILABLE"),
        )
    ]
    busy = {"base": 92, "noise": 2, "unit": "percent", "high": 100}
    emits = {
        "namespace": "oci_computeagent",
        "resource": "@instance/node-1",
        "metrics": {"CpuUtilization": busy},
    }
    file = tenancy(
        resources={"core": {"Instance": instances(2), "Volume": disks}, "monitoring": {"Alarm": alarms()}},
        metrics=[emits],
    )
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def trouble(kind: str, level: str) -> Trouble:
    return Trouble(kind, level, "ocid1.x", "x", "shop", "here", "oci:ocid1.x#status")


def test_nothing_lost_is_a_hundred_and_says_so():
    assert (score([]).points, score([]).arithmetic) == (100, "100 = 100")
    assert score([trouble("problems", "MINOR")]).points == 100


def test_the_arithmetic_adds_up_and_a_kind_costs_no_more_than_its_cap():
    found = score([*(trouble("alarms", "CRITICAL") for _ in range(3)), trouble("work", "FAILED")])
    assert (
        found.arithmetic == "100 - 60 (alarms: 3 CRITICAL; 75, of which 60 count) - 5 (work: 1 FAILED) = 35"
    )
    worst = [trouble(kind.name, level) for kind in KINDS for level in kind.points for _ in range(9)]
    assert score(worst).points == 0


async def test_the_scope_its_compartments_and_resources_have_a_score_each(at):
    found = await at.run(OCI_HEALTH)
    parts = {one["name"]: one for one in found.data["parts"]}
    assert found.data["lost"]["states"] == 60
    assert found.digest.startswith("Health of")
    assert f"{found.data['score']} of 100" in found.digest
    assert parts["torn"]["arithmetic"] == "100 - 30 (states: 1 FAULTY) = 70"
    assert parts["busy"]["score"] == 75
    assert "hushed" not in parts, "a suppressed alarm costs nothing"
    assert "Suppressed alarms, not counted: hushed." in found.digest
    lab = next(one for one in found.data["parts"] if one["kind"] == "compartment" and "lab" in one["name"])
    assert lab["score"] == 70
    assert found.evidence[0].value == f"score {min(one['score'] for one in found.data['parts'])} of 100"
    assert "fine" not in parts
    assert "quiet" not in parts, "an alarm that does not fire costs nothing"
    assert "more compartments: lose nothing" in found.digest


async def test_of_one_resource_its_own_troubles_and_alarms_that_name_it_count(at):
    found = await at.run(OCI_HEALTH, resource="node-1")
    assert {one["name"] for one in found.data["parts"]} == {"busier"}
    assert found.data["arithmetic"] == "100 - 8 (alarms: 1 WARNING) = 92"
    fine = await at.run(OCI_HEALTH, resource="fine")
    assert (fine.data["score"], fine.data["parts"]) == (100, [])
    with pytest.raises(AskBack):
        await at.run(OCI_HEALTH, resource="no-such-thing")


async def test_only_troubles_of_compartments_that_may_be_seen_count(at):
    found = await at.run(OCI_HEALTH, paths=("lab",))
    assert {one["name"] for one in found.data["parts"] if one["kind"] != "compartment"} == {"toy"}


async def test_a_part_that_is_away_costs_nothing_and_the_score_says_so(at, local):
    at.oracle.forget()
    local.local("/local/faults", {"operation": "list_alarms", "status": 404, "times": 40})
    found = await at.run(OCI_HEALTH, region="eu-frankfurt-1")
    assert "100 of what could be seen" in found.digest
    assert "lose nothing" not in found.digest
    assert any(one.startswith("alarms:") for one in found.could_not_see)
    assert "alarms" not in found.data["lost"]
    assert found.data["lost"]["states"] == 60
    local.local("/local/faults", method="DELETE")


async def test_when_nothing_answers_there_is_no_score(at, local):
    at.oracle.forget()
    local.local("/local/faults", {"status": 404, "times": 400})
    with pytest.raises(ToolError):
        await at.run(OCI_HEALTH)
    local.local("/local/faults", method="DELETE")

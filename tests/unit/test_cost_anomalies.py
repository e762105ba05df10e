"""Odd costs of the shop: the accelerator of Monday, by Oracle's detector and by ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import ToolError
from tools.oracle.costs import Costs, Row
from tools.oracle.odd_costs import odd_days
from tools.reads.cost_anomalies import COST_ANOMALIES

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
START = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def spent(days: list[float], open_from: int) -> Costs:
    rows = tuple(
        Row(
            START + timedelta(days=n),
            {"service": "COMPUTE", "compartmentId": "c"},
            Decimal(str(one)),
            Decimal(1),
            "EUR",
        )
        for n, one in enumerate(days)
    )
    return Costs(rows, START, START + timedelta(days=len(days)), START + timedelta(days=open_from), "EUR")


def test_days_that_may_still_grow_are_never_odd():
    days = [10.0] * 80 + [50.0, 50.0]
    assert odd_days(spent(days, 80), START).odd == ()
    found = odd_days(spent(days, 81), START).odd
    assert [(one.start - START).days for one in found] == [80]


def test_a_young_tenancy_is_not_judged():
    found = odd_days(spent([10.0] * 40 + [90.0] * 3, 43), START)
    assert not found.judged
    assert found.odd == ()


async def test_the_accelerator_is_found_by_both_and_explained_to_its_maker(at, local):
    found = await at.run(COST_ANOMALIES)
    assert found.data["oracle"][0]["costImpact"] == 59.2
    own = found.data["own"][0]
    assert own["compartment"] == "data-science"
    assert own["parts"][0]["resource"] == local.ocid("instance", "train-recsys-1")
    assert own["parts"][0]["sku"] == "Compute - GPU - A10"
    assert own["made_by"] == "erin@shop.example"
    assert found.digest.index("Oracle, ") < found.digest.index("data-science")
    assert "LaunchInstance by erin@shop.example" in found.digest


async def test_who_may_not_see_it_hears_nothing_of_it(at):
    found = await at.run(COST_ANOMALIES, paths=("shop",))
    assert "data-science" not in str(found)
    assert found.data["oracle"] == []
    assert any("root compartment" in text for text in found.could_not_see)


async def test_without_oracles_detector_ours_answers_and_says_so(at, local):
    local.local("/local/faults", {"operation": "list_cost_anomaly_events", "status": 404, "times": 9})
    found = await at.run(COST_ANOMALIES)
    assert found.data["own"]
    assert any("Oracle's own cost anomaly detection" in text for text in found.could_not_see)
    assert "by Oracle's detector not asked" in found.digest


async def test_without_usage_there_is_an_error_and_no_all_clear(at, local):
    local.local("/local/faults", {"operation": "request_summarized_usages", "status": 500, "times": 99})
    with pytest.raises(ToolError):
        await at.run(COST_ANOMALIES, seconds=3)

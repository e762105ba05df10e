"""Budgets and their speed, and what the advisor proposes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import TryLater
from tools.reads.cost_advice import COST_ADVICE
from tools.reads.cost_budgets import COST_BUDGETS, burn_of
from tools.registry import ACTIONS

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
NOW = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def test_a_budget_is_used_up_when_its_speed_says_so():
    month = {"amount": 100, "actualSpend": 75.0, "resetPeriod": "MONTHLY"}
    found = burn_of({**month, "timeSpendComputed": "2026-11-16T00:00:00Z"}, NOW)
    assert found.gone == pytest.approx(0.5)
    assert found.out == datetime(2026, 11, 21, tzinfo=UTC)
    assert burn_of({**month, "actualSpend": 40.0}, NOW).out is None
    assert burn_of({**month, "resetPeriod": "QUARTERLY"}, NOW).out is None
    assert burn_of({"amount": 100}, NOW).spent is None


async def test_the_budget_that_is_over_comes_first_and_one_without_a_rule_says_so(at):
    found = await at.run(COST_BUDGETS)
    first, second = found.data["budgets"]
    assert (first["name"], first["for"], first["alert_rules"]) == ("data-science-month", "data-science", 1)
    assert first["used"] > 1 > second["used"]
    assert second["alert_rules"] == 0
    assert "2 budgets: 1 over, 0 more" in found.digest
    assert "nobody is told" in found.digest


async def test_a_budget_of_a_compartment_that_one_may_not_see_is_not_shown(at):
    found = await at.run(COST_BUDGETS, paths=("shop",))
    assert [one["name"] for one in found.data["budgets"]] == ["shop-month"]
    assert "data-science" not in str(found)


async def test_the_advice_comes_with_the_change_that_does_it(at, local):
    found = await at.run(COST_ADVICE)
    assert [one["name"] for one in found.data["proposals"]] == ["old-scratch", "bastion-1"]
    assert found.data["proposals"][0]["resource"] == local.ocid("volume", "old-scratch")
    known = {one.name for one in ACTIONS}
    assert {one["action"] for one in found.data["proposals"]} == {"volume_delete", "instance_shape"}
    assert {one["action"] for one in found.data["proposals"]} <= known
    hidden = await at.run(COST_ADVICE, paths=("shop",))
    assert "bastion-1" not in str(hidden)
    assert "nothing dismissed" in (await at.run(COST_ADVICE, status="DISMISSED")).digest


async def test_an_error_upstream_is_never_no_budget(at, local):
    local.local("/local/faults", {"service": "budget", "status": 500, "times": 50})
    with pytest.raises(TryLater):
        await at.run(COST_BUDGETS, seconds=3)

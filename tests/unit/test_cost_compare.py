"""Whole days, weeks and months against the ones before, and the spend that no tag claims."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import AskBack
from tools.reads.cost_compare import COST_COMPARE
from tools.reads.cost_spans import change, pair_of
from tools.reads.cost_untagged import COST_UNTAGGED

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


@pytest.mark.parametrize(
    ("unit", "open_from", "expected"),
    [
        ("day", "2026-11-25", ("2026-11-23", "2026-11-24", "2026-11-25")),
        ("week", "2026-11-25", ("2026-11-09", "2026-11-16", "2026-11-23")),
        ("week", "2026-11-23", ("2026-11-09", "2026-11-16", "2026-11-23")),
        ("month", "2026-03-01", ("2026-01-01", "2026-02-01", "2026-03-01")),
        ("month", "2026-01-31", ("2025-11-01", "2025-12-01", "2026-01-01")),
    ],
)
def test_only_whole_spans_are_compared(unit, open_from, expected):
    pair = pair_of(unit, datetime.fromisoformat(open_from).replace(tzinfo=UTC))
    assert tuple(one.date().isoformat() for one in (pair.before, pair.start, pair.end)) == expected


def test_a_change_is_said_with_its_share():
    assert change(Decimal(12), Decimal(10), "EUR") == "+2.00 EUR (+20%)"
    assert change(Decimal(1), Decimal(0), "EUR") == "+1.00 EUR (new)"
    assert change(Decimal(0), Decimal(1), "EUR") == "-1.00 EUR (-100%)"


@pytest.mark.parametrize("by", ["service", "compartment", "region", "resource", "sku"])
async def test_the_groups_of_every_dimension_add_up_to_the_same_total(at, by):
    found = await at.run(COST_COMPARE, unit="week", by=by)
    groups = found.data["groups"].values()
    assert Decimal(found.data["total"]) > 0
    assert sum(Decimal(one["now"]) for one in groups) == Decimal(found.data["total"])
    assert sum(Decimal(one["before"]) for one in groups) == Decimal(found.data["before"])
    assert found.data["end"] <= found.data["complete_until"]
    assert "not complete yet" in found.digest


async def test_a_month_says_what_a_day_cost_where_months_differ(at):
    found = await at.run(COST_COMPARE, unit="month")
    days, earlier = found.data["days"]
    assert ("a day: " in found.digest) == (days != earlier)


async def test_cost_by_a_tag_and_what_has_none_of_it(at):
    found = await at.run(COST_COMPARE, unit="day", by="tag", tag="Ops.CostCenter")
    assert "shop" in found.data["groups"]
    bare = await at.run(COST_UNTAGGED, days=14)
    assert Decimal(0) <= Decimal(bare.data["untagged"]) < Decimal(bare.data["total"])
    nobody = await at.run(COST_UNTAGGED, tag="Ops.NoSuchKey", days=14)
    assert nobody.data["untagged"] == nobody.data["total"]
    assert "is this its name?" in nobody.digest


async def test_arguments_that_do_not_fit_are_refused(at):
    with pytest.raises(ValidationError, match="belong together"):
        await at.run(COST_COMPARE, by="tag")
    with pytest.raises(ValidationError):
        await at.run(COST_UNTAGGED, tag="no-namespace")
    with pytest.raises(AskBack):
        await at.run(COST_COMPARE, compartment="no-such-place")


async def test_who_may_not_see_a_compartment_hears_nothing_of_its_costs(at):
    found = await at.run(COST_COMPARE, by="compartment", paths=("shop",))
    assert set(found.data["groups"]) <= {"shop/shop-prod", "shop/shop-stg", "shop"}
    bare = await at.run(COST_UNTAGGED, paths=("shop",))
    assert "data-science" not in str(bare)

"""What it will cost: Oracle's forecast and ours, and how good ours is beside the plainest there is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import mean

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.cost_corpus import calm, corpus
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.oracle.costs import Costs, Row
from tools.oracle.outlooks import SURE, foretold, ours, repeated, tried
from tools.reads.cost_forecast import COST_FORECAST
from tools.statistics.robust import TooLittle, quantile

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"
PAST, AHEAD = 108, 14


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("oci")) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def errors(series: list[tuple[list[float], list[float]]]) -> tuple[float, float]:
    """Of the sum of 14 days, in the mean: ours, and the last week once more."""
    own = [abs(sum(foretold(past, AHEAD)) / sum(truth) - 1) for past, truth in series]
    naive = [abs(sum(repeated(past, AHEAD)) / sum(truth) - 1) for past, truth in series]
    return mean(own), mean(naive)


def quiet() -> list[tuple[list[float], list[float]]]:
    return [(one[:PAST], one[PAST:]) for one in calm(150, PAST + AHEAD)]


def eventful() -> list[tuple[list[float], list[float]]]:
    """Series with steps, spikes and slow rises, some of them on the days that are foretold."""
    places = [(one.values, at) for one in corpus(100, seed=5) for at in (150, 300)]
    return [(values[at - PAST : at], values[at : at + AHEAD]) for values, at in places]


@pytest.mark.parametrize(("series", "most"), [(quiet, 0.03), (eventful, 0.045)])
def test_ours_is_nearer_than_the_last_week_once_more(series, most):
    own, naive = errors(series())
    assert own < naive
    assert own < most


def test_the_truth_lies_within_the_interval_as_often_as_it_says():
    held = 0
    for past, truth in quiet():
        off = sorted(tried(past, AHEAD, foretold))
        held += abs(sum(foretold(past, AHEAD)) / sum(truth) - 1) <= quantile(off, SURE)
    assert held / 150 >= 0.8


def test_a_short_past_is_refused():
    start = datetime(2026, 10, 1, tzinfo=UTC)
    rows = tuple(Row(start + timedelta(days=n), {}, Decimal(5), Decimal(1), "USD") for n in range(20))
    with pytest.raises(TooLittle):
        ours(Costs(rows, start, start + timedelta(days=22), start + timedelta(days=20), "USD"), start + timedelta(days=30))  # fmt: skip


async def test_both_forecasts_stand_side_by_side_with_interval_and_the_error_of_repetition(at):
    found = await at.run(COST_FORECAST, days=14)
    own = found.data["own"]
    assert own["low"] <= own["total"] <= own["high"]
    assert own["tries"] > 0
    assert "naive_error" in own
    assert Decimal(found.data["oracle"]) > 0
    assert found.digest.index("Oracle's forecast") < found.digest.index("Ours, ")
    assert len(found.charts[0].categories) == len(found.charts[0].series[0].values)


async def test_the_month_is_what_was_and_what_comes(at):
    found = await at.run(COST_FORECAST)
    assert found.data["end"].endswith("-01")
    assert " in all: " in found.digest


async def test_without_oracles_forecast_ours_is_said_alone(at, local):
    only = await at.run(COST_FORECAST, compartment="shop", days=7)
    everything = await at.run(COST_FORECAST, days=7)
    assert Decimal(only.data["oracle"]) < Decimal(everything.data["oracle"])

"""What a change would cost or save a month by the tenancy's own prices, what could be smaller, and the same figure on a plan."""

import datetime as dt
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.unit.oracle_calls import Reaches
from tests.unit.waste_tenancy import MEMORY, OCPU, at, local
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle.costs import Costs, Row
from tools.oracle.idleness_sizes import Size, Used, smaller
from tools.oracle.prices import A_MONTH, HOURS, price, series_of
from tools.oracle.prices_change import Line, turned_by
from tools.oracle.prices_pieces import BACKUP, DISK, ECPU, SPEED, STORED, Piece
from tools.oracle.prices_pieces import MEMORY as MEMORY_WORD
from tools.oracle.prices_pieces import OCPU as OCPU_WORD
from tools.oracle.savings import added_by, adds, saves, saving_of
from tools.reads.cost_of_change import COST_OF_CHANGE
from tools.reads.cost_oversized import COST_OVERSIZED
from tools.registry import ACTIONS
from tools.spec import Call

__all__ = ["at", "local"]
ACTION = {action.name: action for action in ACTIONS}
HOURLY = float(HOURS)
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SHAPE = {"ocpuOptions": {"min": 1, "max": 94}, "memoryOptions": {"minInGBs": 1, "minPerOcpuInGBs": 1, "maxPerOcpuInGBs": 8}}  # fmt: skip


def row(sku, unit="OCPU HOURS", *, day=DAY, resource="r", price=None, amount="2", quantity="4"):
    values = {"skuName": sku, "unit": unit, "resourceId": resource}
    return Row(day, values, Decimal(amount), Decimal(quantity), "EUR", None if price is None else Decimal(price))  # fmt: skip


def usage(*rows):
    return Costs(rows, DAY, DAY + dt.timedelta(days=1), DAY, "EUR")


# prices


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("VM.Standard.E4.Flex", ("Standard", "E4")),
        ("VM.Standard.A1.Flex", ("A1",)),
        ("VM.Standard3.Flex", ("Standard", "X9")),
        ("BM.Standard.E5.192", ("Standard", "E5")),
        ("VM.GPU.A10.2", ("GPU", "A10")),
        ("VM.DenseIO.E4.Flex", ()),
        ("", ()),
    ],
)
def test_the_series_of_a_shape_is_what_skus_call_it(shape, words):
    assert series_of(shape) == words


def test_a_price_is_that_of_the_resource_itself_else_of_its_like_and_of_no_other():
    found = usage(row("Standard - E4 - OCPU", price="0.03"), row("Standard - E4 - OCPU", resource="s", price="0.02"), row("Dense I/O - E4 - OCPU", resource="t", price="9"))  # fmt: skip
    assert price(found, "S", OCPU_WORD, ()).each == Decimal("0.02")
    like = price(found, "", OCPU_WORD, ("Standard", "E4"))
    assert (like.each, like.own, like.several) == (Decimal("0.02"), False, True)
    assert price(found, "u", OCPU_WORD, ("Standard", "E5")) is None
    assert price(found, "", OCPU_WORD, ()) is None


@pytest.mark.parametrize(
    ("unit", "a_month"),
    [("OCPU HOURS", HOURS / 2), ("GB MONTHS", Decimal("0.5")), ("TB MONTHS", Decimal("0.5") / 1024), ("INSTANCE DAYS", A_MONTH / 2), ("REQUESTS", None)],
)  # fmt: skip
def test_a_price_holds_for_a_month_by_its_unit_and_what_is_not_billed_by_time_has_none(unit, a_month):
    found = price(usage(row("E4 - OCPU", unit)), "r", OCPU_WORD, ())
    assert (found.a_month if found else None) == a_month


@pytest.mark.parametrize(
    ("words", "yes", "no"),
    [
        (DISK, "Block Volume - Storage", "Block Volume - Performance Units"),
        (DISK, "Boot Volume Storage", "Object Storage - Storage"),
        (SPEED, "Block Volume - Performance Units", "Block Volume - Storage"),
        (BACKUP, "Block Volume - Backup", "Block Volume - Storage"),
        (STORED, "Autonomous Data Warehouse - Storage", "Object Storage - Storage"),
        (ECPU, "Autonomous Data Warehouse - ECPU", "Compute - E4 - OCPU"),
        (MEMORY_WORD, "Compute - E4 - Memory", "Compute - E4 - OCPU"),
    ],
)
def test_skus_are_told_apart_by_their_names(words, yes, no):
    assert words.search(yes)
    assert not words.search(no)


# a change


@pytest.mark.parametrize(
    ("args", "a_month", "source", "action"),
    [
        ({"resource": "busy", "ocpus": 8}, 4 * OCPU * HOURLY, "prices", "instance_shape"),
        ({"resource": "busy", "ocpus": 2, "memory_gb": 16}, -(2 * OCPU + 16 * MEMORY) * HOURLY, "prices", "instance_shape"),
        ({"resource": "off", "change": "start"}, (2 * OCPU + 16 * MEMORY) * HOURLY, "prices", "instance_start"),
        ({"resource": "idle", "change": "stop"}, -(4 * OCPU + 32 * MEMORY) * HOURLY, "costs", "instance_stop"),
        ({"resource": "held", "kind": "volume", "size_gb": 150}, 100 * 0.03 + 1000 * 0.002, "prices", None),
        ({"resource": "free", "kind": "volume", "change": "delete"}, -(100 * 0.03 + 1000 * 0.002), "prices", "volume_delete"),
        ({"resource": "forgotten", "kind": "database", "ecpus": 6}, 2 * 0.3 * HOURLY, "prices", "database_scale"),
        ({"resource": "forgotten", "kind": "database", "storage_tb": 2}, 1024 * 0.02, "prices", "database_scale"),
        ({"resource": "unpriced", "ocpus": 2}, None, "unknown", "instance_shape"),
        ({"resource": "dense", "change": "stop"}, None, "unknown", "instance_stop"),
        ({"resource": "busy", "change": "start"}, None, "unknown", "instance_start"),
    ],
)  # fmt: skip
async def test_a_change_has_the_money_of_this_tenancys_own_prices(at, args, a_month, source, action):
    found = await at.run(COST_OF_CHANGE, **args)
    got = found.data["a_month"]
    assert (None if got is None else float(got)) == (
        None if a_month is None else pytest.approx(a_month, abs=0.06)
    )
    assert (found.data["source"], found.data["action"]) == (source, action)
    assert ("price unknown" in found.digest) == (a_month is None)
    assert found.evidence


async def test_each_part_names_its_unit_price_and_what_is_stopped_says_from_when_it_counts(at):
    found = await at.run(COST_OF_CHANGE, resource="off", ocpus=4)
    assert "it is stopped: this counts from its next start on" in found.digest
    (part,) = found.data["parts"]
    assert (part["unit"], float(part["unit_price"]), part["before"], part["after"]) == ("OCPU HOURS", OCPU, "2.0", "4.0")  # fmt: skip
    assert "0.05 EUR each ocpu hours of Compute - Standard - E5 - OCPU" in found.digest
    burst = await at.run(COST_OF_CHANGE, resource="forgotten", kind="database", ecpus=6)
    assert "up to three times" in burst.digest


async def test_a_part_without_a_price_is_named_and_not_counted_as_nothing(at, local):
    found = await at.run(COST_OF_CHANGE, resource="boot-free", kind="boot volume", size_gb=300)
    assert float(found.data["a_month"]) == pytest.approx(100 * 0.03 + 1000 * 0.002, abs=0.01)
    shrinks = await at.run(COST_OF_CHANGE, resource="held", kind="volume", size_gb=10)
    assert shrinks.data["a_month"] is None
    assert "does not shrink" in shrinks.digest


def test_a_saving_is_none_where_what_has_no_price_goes_the_other_way():
    def without_price(before, after):
        return Line(Piece("GB of memory", MEMORY_WORD, (), Decimal(before), Decimal(after)), None)

    assert turned_by([without_price(8, 64)], Decimal(-30)) == ("GB of memory",)
    assert turned_by([without_price(64, 8)], Decimal(-30)) == ()
    assert turned_by([without_price(64, 8)], Decimal(30)) == ("GB of memory",)


@pytest.mark.parametrize(
    "bad",
    [
        {"resource": "busy"},
        {"resource": "busy", "ecpus": 2},
        {"resource": "busy", "change": "stop", "ocpus": 2},
        {"resource": "busy", "kind": "bucket", "change": "delete"},
        {"resource": "held", "kind": "volume", "size_gb": 0},
        {"resource": "busy", "ocpus": 2, "cpus": 3},
    ],
)
async def test_arguments_that_do_not_fit_are_refused(at, bad):
    with pytest.raises(ValidationError):
        await at.run(COST_OF_CHANGE, **bad)


async def test_what_is_not_seen_or_called_twice_is_asked_back(at):
    with pytest.raises(AskBack):
        await at.run(COST_OF_CHANGE, resource="nowhere-1", change="stop")
    with pytest.raises(AskBack):
        await at.run(COST_OF_CHANGE, resource="idle", change="stop", paths=("lab",))
    with pytest.raises(NotAllowed):
        await at.run(COST_OF_CHANGE, resource="idle", change="stop", paths=("elsewhere",))
    with pytest.raises(AskBack, match="no node pool"):
        await at.run(COST_OF_CHANGE, resource="pool1", kind="node pool", size=3)


@pytest.mark.parametrize(("status", "error"), [(500, TryLater), (404, GiveUp), (403, NotAllowed)])
@pytest.mark.parametrize("tool", [COST_OF_CHANGE, COST_OVERSIZED], ids=lambda tool: tool.name)
async def test_an_error_of_oracle_stays_one(at, local, tool, status, error):
    local.local("/local/faults", {"service": "usage_api", "status": status, "times": 80})
    args = {"resource": "busy", "ocpus": 2} if tool is COST_OF_CHANGE else {}
    with pytest.raises(error):
        await at.run(tool, seconds=3, **args)


# on plans


def call_of(at):
    return Call(at.clients, dt.datetime.now(dt.UTC), 60, Reaches(), "plan_1")


async def planned(at, action, name, **args):
    return await ACTION[action].plan(call_of(at), ACTION[action].args(resource=name, **args))


@pytest.mark.parametrize(
    ("action", "name", "args", "asked"),
    [
        ("instance_shape", "busy", {"ocpus": 8.0}, {"ocpus": 8}),
        ("instance_start", "off", {}, {"change": "start"}),
        ("database_scale", "forgotten", {"ecpus": 6.0}, {"ecpus": 6, "kind": "database"}),
    ],
)
async def test_a_plan_that_costs_more_shows_what_the_tool_says(at, action, name, args, asked):
    draft = await planned(at, action, name, **args)
    found = await added_by(call_of(at), draft)
    same = await at.run(COST_OF_CHANGE, resource=name, **asked)
    assert found.a_month == same.data["a_month"]
    assert found.source == "prices"
    assert not saves(draft)
    assert await saving_of(call_of(at), draft) is None


async def test_a_plan_that_saves_adds_nothing(at):
    stop = await planned(at, "instance_stop", "idle")
    assert not adds(stop)
    assert await added_by(call_of(at), stop) is None


async def test_usage_that_is_away_makes_the_figure_unknown_and_stops_no_change(at, local):
    draft = await planned(at, "instance_start", "off")
    local.local("/local/faults", {"service": "usage_api", "status": 503, "times": 80})
    assert (await added_by(call_of(at), draft)).source == "unknown"


# what could be smaller


@pytest.mark.parametrize(
    ("now", "used", "to"),
    [
        (Size(8, 64), Used(11, 20, 20), Size(3, 18)),
        (Size(4, 32), Used(58, 90, 74), None),
        (Size(8, 64), Used(11, 20, None), Size(8, 64)),
        (Size(1, 8), Used(1, 2, 1), Size(1, 1)),
        (Size(4, 4), Used(59, 70, 5), None),
        (Size(6, 12), Used(50, 70, 90), Size(5, 12)),
    ],
)
def test_the_size_that_would_do_keeps_room_and_the_limits_of_the_shape(now, used, to):
    found = smaller(now, used, SHAPE)
    assert found == (None if to == now else to)


async def test_what_is_oversized_comes_with_its_use_the_size_that_would_do_and_its_money(at, local):
    found = await at.run(COST_OVERSIZED, limit=100)
    large = next(one for one in found.data["proposals"] if one["name"] == "large")
    assert (large["ocpus"], large["to_ocpus"], large["memory_gb"], large["to_memory_gb"]) == (8, 2, 64, 18)
    assert float(large["saves_a_month"]) == pytest.approx((6 * OCPU + 46 * MEMORY) * HOURLY, abs=0.06)
    assert (large["action"], large["cpu_p95"]) == ("instance_shape", 11.0)
    names = {one["name"] for one in found.data["proposals"]}
    assert "busy" not in names
    assert "off" not in names, "it does not run"
    assert "young" not in names
    assert found.data["too_young"] == 1
    assert found.data["not_measured"] == 2, "silent and dense"
    kept = next(one for one in found.data["proposals"] if one["name"] == "kept")
    assert any("tagged protected" in note for note in kept["notes"])
    assert large["id"] == local.ocid("instance", "large")
    assert "95th percentile" in found.digest
    unpriced = next(one for one in found.data["proposals"] if one["name"] == "unpriced")
    assert unpriced["saves_a_month"] is None


async def test_a_week_is_the_least_and_who_sees_a_part_sees_no_more(at):
    with pytest.raises(ValidationError):
        await at.run(COST_OVERSIZED, days=3)
    found = await at.run(COST_OVERSIZED, paths=("lab",))
    assert found.data["proposals"] == []
    assert "None of 0 running instances" in found.digest

"""Cost reports in FOCUS: Oracle's own in its bucket agree with its usage, and nothing that could not be counted is passed over."""

import datetime as dt
import gzip
import tracemalloc
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agents.planner import Catalog, Context, route
from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Reaches, desk
from tests.unit.waste_tenancy import CORE, COSTS
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import GiveUp, NotAllowed, ToolError, TryLater
from tools.focus.sums import Sums, Wanted
from tools.reads.cost_focus import COST_FOCUS
from tools.reads.cost_summary import COST_SUMMARY
from tools.services.directory import Services
from tools.spec import Call

HEAD = "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ServiceName,RegionId,SkuId,ResourceId,Tags"
DAY = "2026-11-20T00:00:00Z"
ENDORSE = "Endorse group Readers to read objects in tenancy usage-report"


def line(cost="1.5", currency="EUR", day=DAY, service="COMPUTE", tags='"{""Ops.Team"": ""red""}"'):
    return f"{cost},{cost},{currency},{day},{service},eu-frankfurt-1,B1,r1,{tags}"


def text(*lines, head=HEAD):
    return "\n".join([head, *lines]) + "\n"


def summed(data, by="service", tag="", **more):
    sums = Sums()
    sums.add(data if isinstance(data, list) else [data.encode()], "r.csv", Wanted(by, tag=tag, **more))
    return sums


# read


def test_money_is_summed_by_value_and_day_to_the_last_digit_and_each_currency_on_its_own():
    found = summed(
        text(line("0.1"), line("0.2"), line("1E-3", service="NULL"), line("5", "USD"), line("-0.05"))
    )
    assert found.totals() == {"EUR": Decimal("0.251"), "USD": Decimal(5)}
    assert set(found.groups["EUR"]) == {"COMPUTE", ""}
    assert found.counted == 5


@pytest.mark.parametrize("cut", [1, 7, 64, 10_000])
@pytest.mark.parametrize("packed", [False, True])
def test_it_reads_the_same_in_whatever_pieces_it_comes_packed_or_not(cut, packed):
    whole = text(line(), line(tags='"{""Ops.Team"": ""a\n,b ü""}"'), line("2")).replace("\n1", "\r\n1")
    data = ("\ufeff" + whole).encode()
    data = gzip.compress(data[:90]) + gzip.compress(data[90:]) if packed else data
    found = summed([data[at : at + cut] for at in range(0, len(data), cut)], by="tag", tag="ops.team")
    assert found.totals() == {"EUR": Decimal(5)}
    assert set(found.groups["EUR"]) == {"red", "a\n,b ü"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (line("a lot"), "its BilledCost is no number"),
        (line("NaN"), "its BilledCost is no number"),
        (line("1E999999"), "its BilledCost is no number"),
        (line(""), "its BilledCost is no number"),
        (line(currency=""), "its BillingCurrency is no currency"),
        (line(currency="NULL"), "its BillingCurrency is no currency"),
        (line(day="yesterday"), "its ChargePeriodStart is no moment"),
        (line() + ",more", "10 fields in the place of 9"),
        ("1,2,3", "3 fields in the place of 9"),
        (line(tags="red"), "its Tags are no JSON object"),
    ],
)
async def test_a_row_that_cannot_be_counted_is_named_by_its_line(row, why):
    found = await pasted(text(line(), row, line()), by="tag", tag="Ops.Team")
    assert (found.data["counted"], found.data["unread"]) == (2, 1)
    assert found.data["unread_rows"] == [{"report": "the pasted report", "line": 3, "why": why}]
    assert f"1 of 3 rows are not counted: line 3: {why}" in found.digest
    assert any("line 3" in one for one in found.could_not_see)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (text(line(), head="a,b,c,d,e,f,g,h,i"), "no column BilledCost, BillingCurrency, ChargePeriodStart, ServiceName"),
        (text(head=HEAD.replace("BillingCurrency", "Currency")), "no column BillingCurrency"),
        ("", "is empty"),
        ([gzip.compress(text(line()).encode())[:-9]], "is not whole"),
        ([gzip.compress(text(line()).encode())[:12] + b"rubbish" * 9], "is not whole"),
        ([b"\xff\xfe\x00rubbish\xc3"], "no text in UTF-8"),
        ([b"x" * (3 << 20)], "longer than"),
        (text('"' + "x" * 200_000), "no CSV from line"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_and_says_what_is_missing(data, why):
    with pytest.raises(GiveUp, match=why):
        summed(data)


def test_memory_does_not_grow_with_the_report():
    rows = (text(*[line(service=f"S{n % 50}") for n in range(2_000)]).split("\n", 1)[1]).encode()
    data = gzip.compress(HEAD.encode() + b"\n" + rows * 10)
    tracemalloc.start()
    found = summed([data[at : at + 4096] for at in range(0, len(data), 4096)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.counted == 20_000
    assert peak < 3 << 20, "its rows as objects would be ten times as much"


async def pasted(report, **args):
    call = Call(Clients(Clusters(()), Services.load(None)), dt.datetime.now(dt.UTC), 20, Reaches(), "r1")
    return await COST_FOCUS.run(call, COST_FOCUS.args.model_validate({"text": report, **args}))


# Oracle's own


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    body = tenancy(currency="EUR", costs=COSTS[:14], resources={"core": CORE}).model_dump(by_alias=True)
    body["resources"]["identity"]["Policy"][1]["fields"]["statements"].append(ENDORSE)
    file = TenancyFile.model_validate(body)
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.fixture
def at(local):
    with desk(local) as one:
        yield one


@pytest.mark.parametrize("by", ["service", "compartment", "resource", "region"])
async def test_the_reports_come_to_what_usage_comes_to(at, by):
    focus = await at.run(COST_FOCUS, days=9, by=by)
    usage = await at.run(COST_SUMMARY, days=9, by=by)
    days = {day for found in focus.data["groups"]["EUR"].values() for day in found}
    assert len(days) >= 6
    told = {day: Decimal(0) for day in days}
    for found in usage.data["groups"].values():
        for day in days & set(found):
            told[day] += Decimal(found[day])
    for day in days:
        mine = sum(Decimal(found.get(day, 0)) for found in focus.data["groups"]["EUR"].values())
        assert mine == pytest.approx(told[day], abs=Decimal("1E-6")), day
    assert len(focus.data["groups"]["EUR"]) == len(usage.data["groups"])
    assert focus.data["unread"] == 0
    assert focus.evidence


async def test_one_report_by_its_name_and_none_by_a_name_that_is_not_there(at):
    name = (await at.run(COST_FOCUS, days=5)).data["reports"][0]
    one = await at.run(COST_FOCUS, report=name, by="sku")
    assert one.data["reports"] == [name]
    assert one.evidence[0].ref.endswith(name)
    with pytest.raises(GiveUp, match="holds no"):
        await at.run(COST_FOCUS, report="FOCUS Reports/1999/01/01/x.csv.gz")


async def test_rows_of_compartments_that_may_not_be_seen_are_counted_and_not_shown(at):
    every, some = [await at.run(COST_FOCUS, days=5, by="resource", paths=p) for p in ((), ("prod",))]
    none = await at.run(COST_FOCUS, days=5, paths=("lab",))
    assert none.data["totals"] == {}
    assert none.data["hidden"] == none.data["rows"] > 0
    assert "may not see" in none.digest
    assert set(some.data["groups"]["EUR"]) <= set(every.data["groups"]["EUR"])
    with pytest.raises(NotAllowed):
        await at.run(COST_FOCUS, paths=("elsewhere",))


@pytest.mark.parametrize(("status", "error"), [(500, TryLater), (403, NotAllowed), (404, GiveUp)])
async def test_an_error_of_oracle_stays_one_and_reads_as_no_empty_report(at, local, status, error):
    local.local("/local/faults", {"service": "object_storage", "status": status, "times": 90})
    with pytest.raises(error):
        await at.run(COST_FOCUS, seconds=3)


async def test_without_the_endorsement_it_says_which_right_is_missing(tmp_path):
    bare = running(tenancy(costs=[]), tmp_path)
    with bare as one, desk(one) as at, pytest.raises(ToolError, match="endorse group"):
        await at.run(COST_FOCUS)


@pytest.mark.parametrize(
    "bad",
    [{"by": "tag"}, {"tag": "Ops.Team"}, {"days": 0}, {"text": "a", "report": "b"}, {"cost": "guessed"}, {"text": "a", "compartment": "prod"}],
)  # fmt: skip
async def test_arguments_that_do_not_fit_are_refused(bad):
    with pytest.raises(ValidationError):
        COST_FOCUS.args.model_validate(bad)


@pytest.mark.parametrize(
    ("said", "args"),
    [
        ("what do the FOCUS reports say we spent?", {}),
        ("cost report by sku of the last 3 days", {"by": "sku", "days": 3}),
        ("show the focus export by compartment", {"by": "compartment"}),
        ("focus costs per region", {"by": "region"}),
        ("finops report by tag Ops.CostCenter", {"by": "tag", "tag": "Ops.CostCenter"}),
    ],
)
def test_it_is_asked_for_in_words(said, args):
    found = route(said, Context(Catalog(()), dt.datetime.now(dt.UTC)))
    assert (found.tool, {k: v for k, v in found.args.items() if k in {"by", "days", "tag"}}) == (
        "cost_focus",
        args,
    )

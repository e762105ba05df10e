"""What a plan does to the bill: priced by this tenancy's own usage, sealed, and never silent where nobody knows."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from agents.changes.seal import open_plan
from agents.redaction import Redactor
from bot.cli.plans import as_text
from bot.replies.card import card, spoken
from bot.replies.modals import details
from bot.replies.text import Outbound
from tests.chaos.world import POLICY, open_world
from tests.unit.oracle_calls import Reaches
from tests.unit.waste_tenancy import MEMORY, OCPU, at, local
from tools.oracle.costs import Costs, Row
from tools.oracle.prices import HOURS
from tools.oracle.prices_change import cost_of
from tools.oracle.prices_wanted import Asked, Seen, built
from tools.oracle.prices_wanted import _pool as pool_wanted
from tools.oracle.savings import added_by, bill_of, saving_of
from tools.plan import Blast, Check, Draft, FieldChange, Target
from tools.reads.cost_idle import COST_IDLE
from tools.reads.cost_oversized import COST_OVERSIZED
from tools.registry import ACTIONS
from tools.spec import Call
from tools.unpriced import FREE

__all__ = ["at", "local"]
ACTION = {action.name: action for action in ACTIONS}
HOURLY = float(HOURS)
ALL = POLICY.replace('namespaces: ["shop"', 'compartments: ["*"], namespaces: ["shop"').replace(
    'clusters: ["*"], namespaces: ["*"]', 'clusters: ["*"], compartments: ["*"], namespaces: ["*"]'
)
BLIND = """roles:
  viewer: [monitoring:read]
  approver: [monitoring:read, approve:low, approve:medium, approve:high]
  admin: [system:read, system:write]
  mover: [monitoring:read, remediation:read, remediation:execute]
"""
DAY = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
WHERE = SimpleNamespace(tenancy=SimpleNamespace(id="ocid1.tenancy.oc1..t"))


def call_of(at):
    return Call(at.clients, dt.datetime.now(dt.UTC), 60, Reaches(), "plan_1")


async def planned(at, action, name, **args):
    return await ACTION[action].plan(call_of(at), ACTION[action].args(resource=name, **args))


def draft_of(action, provider="oci", changes=()):
    return Draft(
        action=action, args={}, target=Target(provider=provider, kind="Thing", name="one", uid="u"), title="One",
        shown={}, changes=tuple(FieldChange(path=p, before=b, after=a) for p, b, a in changes), dry_run="passed",
        blast=Blast(summary="one"), reversible=False, undo="", rollback=None, write={}, check=Check(criterion="it is", deadline_s=1),
    )  # fmt: skip


# by unit prices and own costs


@pytest.mark.parametrize(
    ("action", "name", "args", "steps"),
    [
        ("instance_shape", "busy", {"ocpus": 8.0}, (4 * OCPU + 32 * MEMORY, 8 * OCPU + 32 * MEMORY)),
        ("instance_start", "off", {}, (0, 2 * OCPU + 16 * MEMORY)),
        ("database_scale", "forgotten", {"ecpus": 6.0}, (4 * 0.3, 6 * 0.3)),
    ],
)  # fmt: skip
async def test_what_costs_more_says_before_and_after_and_how_old_its_prices_are(
    at, action, name, args, steps
):
    found = await added_by(call_of(at), await planned(at, action, name, **args))
    assert found.way == "more"
    assert float(found.a_month) == pytest.approx((steps[1] - steps[0]) * HOURLY, abs=0.06)
    assert [float(found.before), float(found.after)] == pytest.approx(
        [one * HOURLY for one in steps], abs=0.06
    )
    assert "EUR a month more" in found.words
    assert " -> " in found.words
    assert dt.date.fromisoformat(found.priced) <= dt.datetime.now(dt.UTC).date()
    assert "old)" in found.words or "of today" in found.words or "old;" in found.words


async def test_what_saves_says_what_is_left_to_pay(at):
    found = await saving_of(call_of(at), await planned(at, "instance_stop", "idle"))
    assert float(found.before) - float(found.after) == pytest.approx(float(found.a_month), abs=0.02)
    assert float(found.after) > 0, "its storage costs on"
    assert found.priced


@pytest.mark.parametrize("size", [{"ocpus": 1.0, "memory_gb": 40.0}, {"ocpus": 5.0, "memory_gb": 16.0}])
async def test_a_shape_that_grows_in_one_and_shrinks_in_the_other_goes_by_the_sum(at, size):
    bill = await bill_of(call_of(at), await planned(at, "instance_shape", "busy", **size))
    by = (size["ocpus"] - 4) * OCPU + (size["memory_gb"] - 32) * MEMORY
    one = bill.saving if by < 0 else bill.added
    assert float(one.a_month) == pytest.approx(abs(by) * HOURLY, abs=0.06)
    assert (bill.saving is None) == (by >= 0)


async def test_an_api_key_that_is_deleted_and_what_touches_no_bill_say_nothing(at):
    for action in FREE:
        provider = "oci" if action in {"api_key_delete", "tags_apply", "instance_reset"} else "kubernetes"
        assert await bill_of(call_of(at), draft_of(action, provider)) == await bill_of(
            call_of(at), draft_of("grant", "policy")
        )


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (draft_of("scale", "kubernetes", [("spec.replicas", "2", "4")]), "pods have no price of their own"),
        (draft_of("set_resources", "kubernetes"), "pods have no price of their own"),
        (
            draft_of("rollout_undo", "kubernetes", [("spec.template.resources.requests.cpu", "1", "2")]),
            "nodes",
        ),
        (draft_of("volume_backup"), "billed by what it holds"),
        (draft_of("stack_apply"), "no price in its plan"),
        (draft_of("something_new"), "no unit of usage is known"),
        (draft_of("something_new", "kubernetes"), "nodes"),
    ],
)
async def test_what_nobody_can_price_is_called_unknown_and_never_passed_over(at, draft, why):
    found = (await bill_of(call_of(at), draft)).added
    assert found.open, "that a price is unknown is no secret"
    assert found.words.startswith("price unknown: ")
    assert why in found.words


# rows of prices, spoilt


def usage(*rows):
    return Costs(rows, DAY, DAY + dt.timedelta(days=3), DAY + dt.timedelta(days=1), "EUR")


def row(what, price, currency="EUR", unit="OCPU HOURS", day=DAY):
    values = {"skuName": f"Compute - Standard - E5 - {what}", "unit": unit, "resourceId": "other"}
    return Row(day, values, Decimal(1), Decimal(1), currency, None if price is None else Decimal(price))


NODE_POOL = {
    "id": "p", "name": "pool", "compartmentId": "c", "nodeShape": "VM.Standard.E5.Flex",
    "nodeShapeConfig": {"ocpus": 2, "memoryInGBs": 16}, "nodeConfigDetails": {"size": 3}, "nodes": [],
}  # fmt: skip
INSTANCE = {"shape": "VM.Standard.E5.Flex", "shapeConfig": {"ocpus": 2, "memoryInGBs": 16}}
RESIZE = Asked("node pool", "resize", "p", "eu-frankfurt-1", {"size": 5})


def test_a_node_pool_and_an_instance_pool_cost_by_the_piece():
    found = usage(row("OCPU", "0.05"), row("Memory", "0.002", unit="GB HOURS"))
    a_node = (2 * 0.05 + 16 * 0.002) * HOURLY
    nodes = cost_of(WHERE, found, built(RESIZE, NODE_POOL)).as_added()
    assert float(nodes.a_month) == pytest.approx(2 * a_node, abs=0.02)
    assert (float(nodes.before), float(nodes.after)) == pytest.approx((3 * a_node, 5 * a_node), abs=0.02)
    assert "2 days old" in nodes.told
    asked = Asked("instance pool", "resize", "q", "eu-frankfurt-1", {"size": 1})
    pool = cost_of(WHERE, found, pool_wanted(Seen(asked, {"size": 3}, ("i",), INSTANCE)))
    assert float(pool.as_saving().a_month) == pytest.approx(2 * a_node, abs=0.02)


@pytest.mark.parametrize(
    ("rows", "unknown"),
    [
        ((row("OCPU", "0.05", ""), row("Memory", "0.002", "", "GB HOURS")), True),
        ((row("OCPU", "0.05", unit="REQUESTS"),), True),
        ((row("Bare metal", "0.05"),), True),
        ((row("OCPU", "0"),), True),
        ((row("OCPU", "0"), row("Memory", "0", unit="GB HOURS")), False),
        ((row("OCPU", "0.05"),), False),
    ],
)
def test_a_spoilt_price_makes_the_price_unknown_and_no_part_of_it_reads_as_free(rows, unknown):
    found = cost_of(WHERE, usage(*rows), built(RESIZE, NODE_POOL)).as_added()
    assert (found.source == "unknown") is unknown
    assert found.words.startswith("price unknown: ") is unknown
    if len(rows) == 1 and not unknown:
        assert "without GB of memory, whose price is unknown" in found.words
        assert not found.before, "what is paid now is not known as a whole"


# sealed, and shown


@pytest.fixture
async def world(tmp_path, at):
    world = await open_world(tmp_path, policy=ALL, clients=at.clients, actions=ACTIONS)
    world.clock.at = dt.datetime.now(dt.UTC)
    world.clients.own = world.changes.record
    yield world
    await world.close()


def shown(view):
    out = Outbound(Redactor().clean)
    return [
        json.dumps(card(view, out).blocks), spoken(view), json.dumps(details(view, out)), as_text(view),
    ]  # fmt: skip


async def propose(world, action, name, **args):
    turn = world.turn(f"{action} {name}")
    return await world.changes.propose(turn, action, {"resource": name, **args}, "needed")


async def test_the_figure_is_sealed_and_on_card_in_words_in_details_and_at_the_command_line(world):
    row = await propose(world, "instance_start", "off")
    added = open_plan(row).added
    view = await world.changes.view(row.id)
    for text in shown(view):
        assert added.a_month in text.replace(",", "")
        assert "EUR a month more" in text
    body = row.body.replace(f'"a_month":"{added.a_month}"', '"a_month":"0.01"')
    assert body != row.body
    altered = replace(row, body=body)
    with pytest.raises(Exception, match="hash"):
        open_plan(altered)


async def test_who_may_not_read_costs_is_told_that_there_is_a_figure_and_not_which(tmp_path, at):
    policy = f"{ALL.replace('role: operator', 'role: mover')}{BLIND}"
    world = await open_world(tmp_path, policy=policy, clients=at.clients, actions=ACTIONS)
    world.clock.at = dt.datetime.now(dt.UTC)
    row = await propose(world, "instance_start", "off")
    view = await world.changes.view(row.id)
    assert open_plan(row).added.a_month
    for text in shown(view):
        assert "not shown: alice may not read costs here" in text
        assert "EUR" not in text
    await world.close()


async def test_a_change_of_workloads_reads_price_unknown_on_its_card(tmp_path):
    world = await open_world(tmp_path)
    row = await world.propose(size=4)
    for text in shown(await world.changes.view(row.id)):
        assert "price unknown: pods have no price of their own" in text
    await world.close()


async def test_an_undo_costs_what_the_change_saved_and_enters_no_ledger(world):
    plan = await propose(world, "volume_backup", "held")
    assert open_plan(plan).added.source == "unknown"
    for action, way in (("instance_stop", "more"), ("instance_start", "less")):
        row = await propose(world, action, "chatty")
        await world.click(row.id)
        await world.starter.done()
        undo = await world.changes.undo(world.turn("undo"), row.id)
        sealed = open_plan(undo)
        made = open_plan(row)
        one = made.saving or made.added
        assert (sealed.saving, sealed.added.way, sealed.added.a_month) == (None, way, one.a_month)
        assert (sealed.added.before, sealed.added.after) == (one.after, one.before)
        assert f"EUR a month {way}" in (await world.changes.view(undo.id)).costs


# what is found to save is proposed


async def test_each_finding_with_a_change_of_ours_becomes_a_sealed_plan_that_saves_what_it_said_or_said_why_not(
    world, at
):
    idle = (await at.run(COST_IDLE, limit=100)).data["things"]
    large = (await at.run(COST_OVERSIZED, limit=100)).data["proposals"]
    sizes = {one["id"]: {"ocpus": one["to_ocpus"], "memory_gb": one["to_memory_gb"]} for one in large}
    mine = [one for one in (*idle, *large) if one["action"] and one["saves_a_month"]]
    assert {one["action"] for one in mine} >= {"instance_stop", "instance_shape", "volume_delete"}
    sealed = 0
    for one in mine:
        more = sizes[one["id"]] if one["action"] == "instance_shape" else {}
        row = await propose(world, one["action"], one["id"], **more)
        if not hasattr(row, "body"):
            assert any("protected" in note or "back it up first" in note for note in one["notes"]), (one, row)
            continue
        saving = open_plan(row).saving
        assert saving is not None, one
        if saving.source != "unknown":
            assert float(saving.a_month) == pytest.approx(float(one["saves_a_month"]), rel=0.05), one
            sealed += 1
    assert sealed >= 3

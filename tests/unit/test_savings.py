"""The savings ledger: figures by the tenancy's own costs, an entry a success, ended by what takes it back."""

import datetime as dt

import pytest

from agents.changes.seal import open_plan
from agents.planner import Catalog, Context, route
from tests.chaos.world import POLICY, TEAM, open_world
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Reaches, desk
from tools.errors import TryLater
from tools.oracle.savings import saves, saving_of
from tools.reads.cost_savings import COST_SAVINGS
from tools.registry import ACTIONS
from tools.spec import Call

ACTION = {action.name: action for action in ACTIONS}
CLOUD = POLICY.replace('namespaces: ["shop"', 'compartments: ["*"], namespaces: ["shop"').replace(
    'clusters: ["*"], namespaces: ["*"]', 'clusters: ["*"], compartments: ["*"], namespaces: ["*"]'
)

ROLES = """roles:
  viewer: [monitoring:read]
  approver: [monitoring:read, approve:low, approve:medium, approve:high]
  admin: [system:read, system:write]
"""


def cost(name, **more):
    usual = {
        "service": "COMPUTE", "sku": "Standard - E4 - OCPU", "part": "B1", "unit": "OCPU HOURS", "price": 0.05, "hourly": 2,
        "resource": f"@instance/{name}", "powered": True,
    }  # fmt: skip
    return usual | more


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    up = instances(4, shape="VM.Standard.E4.Flex", shapeConfig={"ocpus": 2.0, "memoryInGBs": 16.0})
    up[1] |= {"created": "-2h"}
    for one in (up[0], up[2], up[3]):
        one |= {"created": "-60d"}
    dense = [one | {"name": "dense", "created": "-60d"} for one in instances(1, shape="VM.DenseIO.E4.Flex")]
    costs = [
        cost("node-1"),
        cost("node-1", sku="Standard - E4 - Memory", part="B2", unit="GB HOURS", price=0.001, hourly=16),
        cost(
            "node-1",
            sku="Boot volume storage",
            part="B3",
            unit="GB MONTHS",
            price=0.01,
            hourly=1,
            powered=False,
        ),
        cost("node-4", price=0.5),
        cost("dense"),
    ]
    file = tenancy(resources={"core": {"Instance": [*up, *dense]}}, costs=costs)
    with running(file, tmp_path_factory.mktemp("oci"), speed=200) as one:
        yield one


@pytest.fixture
def at(local):
    with desk(local) as one:
        yield one


def call_of(at):
    return Call(at.clients, dt.datetime.now(dt.UTC), 60, Reaches(), "plan_1")


async def planned(at, action, name, **args):
    return await ACTION[action].plan(call_of(at), ACTION[action].args(resource=name, **args))


async def test_a_stop_saves_what_the_instance_cost_by_itself_and_not_its_disk(at):
    found = await saving_of(call_of(at), await planned(at, "instance_stop", "node-1"))
    a_day = 24 * (2 * 0.05 + 16 * 0.001)
    assert found.source == "costs"
    assert float(found.a_month) == pytest.approx(a_day * 365 / 12, abs=0.02)
    assert "by its own costs, the median of 7 complete days" in found.words
    assert found.ref.startswith("oci:ocid1.tenancy")
    assert "#usage/ocid1.instance" in found.ref


async def test_a_smaller_shape_saves_by_what_shrinks(at):
    draft = await planned(at, "instance_shape", "node-1", ocpus=1.0)
    found = await saving_of(call_of(at), draft)
    assert float(found.a_month) == pytest.approx(24 * 0.05 * 365 / 12, abs=0.02), (
        "half of the processors, all memory"
    )


async def test_a_larger_shape_a_start_and_a_reset_save_nothing(at):
    draft = await planned(at, "instance_shape", "node-1", ocpus=4.0)
    assert not saves(draft)
    assert await saving_of(call_of(at), draft) is None
    assert not saves(await planned(at, "instance_reset", "node-1"))


@pytest.mark.parametrize(
    ("name", "why"), [("dense", "bills while it is stopped"), ("node-3", "names no cost of it")]
)
async def test_what_is_not_known_is_said_and_is_no_figure(at, name, why):
    found = await saving_of(call_of(at), await planned(at, "instance_stop", name))
    assert (found.source, found.a_month) == ("unknown", "")
    assert why in found.words


async def test_usage_that_is_away_makes_the_figure_unknown_and_stops_no_change(at, local):
    draft = await planned(at, "instance_stop", "node-1")
    local.local("/local/faults", {"service": "usage_api", "status": 503, "times": 50})
    found = await saving_of(call_of(at), draft)
    assert found.source == "unknown"


# the ledger


@pytest.fixture
async def world(tmp_path, at):
    world = await open_world(tmp_path, policy=CLOUD, clients=at.clients, actions=ACTIONS)
    world.clock.at = dt.datetime.now(dt.UTC)
    world.clients.own = world.changes.record
    yield world
    await world.close()


async def run(world, plan):
    decided = await world.click(plan.id)
    assert decided.kind == "quorum", decided
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded"
    world.clock.advance(86_400)
    return plan


async def stopped(world, name="node-4"):
    turn = world.turn(f"stop instance {name}")
    return await run(world, await world.changes.propose(turn, "instance_stop", {"resource": name}, "idle"))


async def ledger(world, *paths, **args):
    call = Call(world.clients, world.clock.now(), 5.0, Reaches(*paths), workspace=TEAM)
    return await COST_SAVINGS.run(call, COST_SAVINGS.args(**args))


async def test_an_entry_a_success_with_its_record_and_none_once_it_is_taken_back(world):
    waiting = await world.changes.propose(
        world.turn("stop node-4"), "instance_stop", {"resource": "node-4"}, "idle"
    )
    assert (await ledger(world)).data["total"] == 0, "what only waits saves nothing"
    await run(world, waiting)
    a_month = open_plan(waiting).saving.a_month
    found = await ledger(world)
    assert found.data["a_month"] == {"USD": a_month}
    assert f"({waiting.id})" in found.digest
    assert "holds" in found.digest
    assert float(found.data["so_far"]["USD"]) == pytest.approx(float(a_month) * 12 / 365, rel=0.01)
    async with world.db.read() as tx:
        rows = await world.db.audit.find(tx, plan_id=waiting.id)
    assert rows[-1].body["detail"]["saving"]["a_month"] == a_month
    assert found.evidence[0].ref == f"audit:{rows[-1].seq}"

    undo = await run(world, await world.changes.undo(world.turn("undo"), waiting.id))
    found = await ledger(world)
    assert found.data["a_month"] == {"USD": "0"}
    assert float(found.data["so_far"]["USD"]) > 0, "what it saved while it held stays true"
    assert f"by {undo.id}" in found.digest
    async with world.db.read() as tx:
        rows = await world.db.audit.find(tx, plan_id=undo.id)
    assert rows[-1].body["detail"]["undoes"] == waiting.id


async def test_a_start_of_what_was_stopped_ends_its_entry_too(world):
    plan = await stopped(world)
    turn = world.turn("start instance node-4")
    start = await run(
        world, await world.changes.propose(turn, "instance_start", {"resource": "node-4"}, "needed")
    )
    (entry,) = [e for e in (await ledger(world)).data["entries"] if e["plan"] == plan.id]
    assert entry["ended_by"] == start.id


@pytest.mark.parametrize("may", [True, False])
async def test_the_card_shows_the_figure_only_where_costs_may_be_read(tmp_path, at, may):
    rights = "monitoring:read, remediation:read, remediation:execute" + (", cost:read" if may else "")
    policy = f"{CLOUD.replace('role: operator', 'role: mover')}{ROLES}  mover: [{rights}]\n"
    world = await open_world(tmp_path, policy=policy, clients=at.clients, actions=ACTIONS)
    world.clock.at = dt.datetime.now(dt.UTC)
    plan = await world.changes.propose(
        world.turn("stop node-4"), "instance_stop", {"resource": "node-4"}, "idle"
    )
    assert open_plan(plan).saving.source == "costs", "the ledger has it all the same"
    assert bool((await world.changes.view(plan.id)).saving) is may
    await world.close()


TWO = """
version: 1
summary: Stop two for the night.
steps:
  - {name: first, action: instance_stop, args: {resource: node-1}}
  - {name: second, action: instance_stop, args: {resource: node-4}}
"""


async def test_a_runbook_saves_what_its_steps_save_and_a_start_of_one_of_them_ends_its_entry(tmp_path, at):
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "night.yaml").write_text(TWO)
    world = await open_world(
        tmp_path, policy=CLOUD, clients=at.clients, actions=ACTIONS, runbooks=tmp_path / "runbooks"
    )
    world.clock.at, world.clients.own = dt.datetime.now(dt.UTC), world.changes.record
    plan = await run(
        world,
        await world.changes.propose(
            world.turn("run night"), "runbook", {"name": "night", "params": {}}, "night"
        ),
    )
    saving = open_plan(plan).saving
    alone = 24 * (2 * 0.05 + 16 * 0.001) + 24 * 2 * 0.5
    assert float(saving.a_month) == pytest.approx(alone * 365 / 12, abs=0.05)
    assert saving.told.startswith("2 steps; ")
    assert (await ledger(world)).data["a_month"] == {"USD": saving.a_month}
    start = await world.changes.propose(
        world.turn("start node-4"), "instance_start", {"resource": "node-4"}, "needed"
    )
    await run(world, start)
    (entry,) = (await ledger(world)).data["entries"]
    assert entry["ended_by"] == start.id
    turn = world.turn("start node-1")
    await run(world, await world.changes.propose(turn, "instance_start", {"resource": "node-1"}, "needed"))
    await world.close()


async def test_what_is_out_of_reach_is_neither_shown_nor_counted(world):
    await stopped(world)
    found = await ledger(world, "lab")
    assert found.data["total"] == 0


async def test_without_the_record_nothing_is_said_to_be_saved(world):
    world.store_away()
    with pytest.raises(TryLater):
        await ledger(world)
    world.store_away(away=False)


@pytest.mark.parametrize("words", ["what have we saved?", "show the savings", "how much did we save?"])
def test_it_is_asked_for_in_words(words):
    assert route(words, Context(Catalog(()), dt.datetime.now(dt.UTC))).tool == "cost_savings"

"""What the bot changed itself, from its own record: who asked, who approved, what came of it, and what of it may be seen."""

import pytest
from sqlalchemy import text

from tests.chaos.world import STAGING, TEAM, open_world
from tools.errors import GiveUp
from tools.reads.ops_changes import OPS_CHANGES
from tools.spec import Call


class Everything:
    def namespace(self, cluster, namespace):
        return True

    def compartment(self, name):
        return True


class Staging(Everything):
    def namespace(self, cluster, namespace):
        return namespace == STAGING


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path)
    world.clients.own = world.changes.record
    yield world
    await world.close()


async def asked(world, reach=None, **args):
    call = Call(world.clients, world.clock.now(), 5.0, reach or Everything(), workspace=TEAM)
    return await OPS_CHANGES.run(call, OPS_CHANGES.args(**args))


async def test_a_change_is_told_with_who_asked_who_approved_and_its_record(world):
    plan = await world.approved()
    found = await asked(world, name="web", since="1h")
    assert f"asked by alice, approved by bob: succeeded ({plan.id})" in found.digest
    (fact,) = found.evidence
    async with world.db.read() as tx:
        rows = await world.db.audit.find(tx, plan_id=plan.id)
    assert fact.ref == f"audit:{rows[-1].seq}"


@pytest.mark.parametrize(
    ("args", "seen"),
    [
        ({"person": "alice"}, 1), ({"person": "bob"}, 1), ({"person": "carol"}, 0), ({"name": "cart"}, 0),
        ({"namespace": "shop"}, 1), ({"namespace": "other"}, 0), ({"kind": "statefulset"}, 0),
    ],
)  # fmt: skip
async def test_only_what_was_asked_about(world, args, seen):
    await world.approved()
    assert (await asked(world, **args)).data["total"] == seen


async def test_only_of_that_time_and_workspace(world):
    await world.approved()
    world.clock.advance(3 * 3600)
    assert (await asked(world, since="1h")).data["total"] == 0
    assert (await asked(world, since="4h")).data["total"] == 1
    assert (await asked(world, since="1d", until="4h")).data["total"] == 0
    call = Call(world.clients, world.clock.now(), 5.0, Everything(), workspace="TOTHER")
    assert (await OPS_CHANGES.run(call, OPS_CHANGES.args())).data["total"] == 0


async def test_what_is_out_of_reach_is_neither_shown_nor_counted(world):
    await world.approved()
    assert (await asked(world, Staging())).digest.startswith("I made no change")


async def test_a_plan_that_was_not_executed_is_no_change(world):
    first = await world.propose(size=3)
    second = await world.propose(size=4)
    third = await world.propose(size=5)
    head = (await asked(world, since="2h")).digest.splitlines()[0]
    assert head.startswith(f"I made no change in the last 2h. 1 plan waits: Resize web to 5 ({third.id}).")
    assert "2 plans were replaced by newer ones: " in head
    assert first.id in head and second.id in head


async def test_what_was_executed_stands_first_and_is_counted_alone(world):
    done = await world.approved(name="web")
    waits = await world.propose(name="cart")
    found = await asked(world, since="2h")
    assert found.digest.startswith("I made 1 change in the last 2h. 1 plan waits: ")
    assert [one["plan"] for one in found.data["changes"]] == [done.id, waits.id]
    assert (found.data["executed"], found.data["total"]) == (1, 2)
    assert f"succeeded ({done.id}). [#1]" in found.digest
    assert f"pending, not executed ({waits.id})" in found.digest


async def test_an_altered_plan_is_said_to_be_one_and_nothing_of_it_is_repeated(world):
    plan = await world.propose()
    async with world.db.write() as tx:
        await tx.run(text("UPDATE plans SET body = replace(body, 'alice', 'mallory')"))
    found = await asked(world)
    assert "was altered in the database" in found.digest
    assert "mallory" not in found.digest + str(found.data)
    assert plan.id in found.digest


async def test_without_a_record_it_says_so(world):
    world.clients.own = None
    with pytest.raises(GiveUp, match="no record of our own changes"):
        await asked(world)

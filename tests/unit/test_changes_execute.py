"""Running a plan: what is checked again, what a lying cloud gets away with (nothing), and what is said afterwards."""

import ast
from datetime import UTC, datetime

import pytest

from agents.changes.changes import Changes
from storage.errors import StoreUnavailable
from tests.chaos.world import ALICE, BOB, POLICY, STAGING, open_world


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path)
    yield world
    await world.close()


async def held(world, **propose):
    """An approved plan whose run is kept back."""
    world.starter.held = True
    plan = await world.propose(**propose)
    assert (await world.click(plan.id)).kind == "quorum"
    return plan


async def run(world, plan):
    await world.changes.execute(plan.id)
    return await world.state(plan.id)


def test_a2_approved_is_built_in_one_place_only(root):
    """Reads the source: an `Approved(...)` anywhere else would be a way around the people."""
    found = []
    for folder in ("agents", "bot", "tools", "storage"):
        for path in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    copied = name in {"replace", "copy"} and any(
                        "approved" in ast.dump(a).lower() for a in node.args
                    )
                    if name == "Approved" or copied:
                        found.append(str(path.relative_to(root)))
    assert found == ["agents/changes/execute.py"]


def test_a2_the_executor_takes_a_plan_id_and_nothing_else():
    import inspect

    assert list(inspect.signature(Changes.execute).parameters) == ["self", "plan_id"]


async def test_a7_an_approver_deactivated_before_the_run_stops_it(world):
    plan = await held(world)
    world.people.standing["TLOCAL:UBOB"] = "deactivated"
    assert await run(world, plan) == "void"
    assert world.backend.writes == []
    assert "0 of 1 approvals" in (await world.changes.view(plan.id)).detail


async def test_a7_an_approver_without_the_role_at_the_run_stops_it(world):
    plan = await held(world)
    world.policy_path.write_text(world.policy_path.read_text().replace("role: approver", "role: viewer"))
    world.policy.reload()
    assert await run(world, plan) == "void"
    assert world.backend.writes == []


async def test_a9_drift_voids_the_plan_and_the_card_shows_it(world):
    plan = await held(world)
    world.backend.thing("web").size = 7
    assert await run(world, plan) == "void"
    view = await world.changes.view(plan.id)
    assert [(d.path, d.before, d.after) for d in view.drift] == [("size", "2", "7")]
    assert world.backend.writes == []


async def test_a9_another_object_of_the_same_name_is_drift(world):
    plan = await held(world)
    world.backend.thing("web").uid = "uid-new"
    assert await run(world, plan) == "void"
    assert world.backend.writes == []


async def test_a9_a_status_update_after_approval_is_no_drift(world):
    plan = await held(world)
    world.backend.status_update("web")
    assert await run(world, plan) == "succeeded"


async def test_a10_a_status_update_between_reread_and_write_is_read_again(world):
    plan = await held(world)
    world.backend.mode = "race"
    assert await run(world, plan) == "succeeded"
    assert len(world.backend.writes) == 1


async def test_a10_a_change_between_reread_and_write_writes_nothing(world):
    plan = await held(world)
    world.backend.mode = "race_spec"
    assert await run(world, plan) == "void"
    view = await world.changes.view(plan.id)
    assert [(d.path, d.before, d.after) for d in view.drift] == [("size", "2", "9")]
    assert world.backend.writes == []


async def test_a11_the_dry_run_is_asked_again_before_the_write(world):
    plan = await held(world)
    before = world.backend.dry_runs
    world.backend.mode = "reject_dry_run"
    assert await run(world, plan) == "void"
    assert (world.backend.dry_runs, world.backend.writes) == (before + 1, [])


async def test_a13_a_freeze_stops_what_was_approved_before_it(tmp_path):
    freeze = 'freeze:\n  - {name: release day, from: "11-24", to: "11-24", environments: [production]}\n'
    world = await open_world(tmp_path)
    plan = await held(world)
    world.policy_path.write_text(POLICY + freeze)
    world.policy.reload()
    assert await run(world, plan) == "void"
    assert "frozen: release day" in (await world.changes.view(plan.id)).detail
    assert world.backend.writes == []
    await world.close()


async def test_stop_all_between_claim_and_write_sends_nothing(world):
    plan = await held(world)
    place = world.turn().request.place
    original = world.changes._executor._checks.all

    async def stopped_meanwhile(row, plan):
        answer = await original(row, plan)
        await world.changes.stop_all(ALICE, place, "smoke")
        return answer

    world.changes._executor._checks.all = stopped_meanwhile
    assert await run(world, plan) == "void"
    assert world.backend.writes == []


async def test_stop_all_lets_a_write_that_was_sent_be_verified(world):
    async def stop(name, token):
        world.backend.on_write = None
        await world.changes.stop_all(ALICE, world.turn().request.place, "smoke")

    world.backend.on_write = stop
    plan = await world.approved()
    assert await world.state(plan.id) == "succeeded"


# 200 but no change; changed and reverted: neither may end as succeeded


async def test_a16_an_answer_of_success_without_a_change_is_not_success(tmp_path):
    world = await open_world(tmp_path, mode="lie")
    plan = await world.approved()
    assert await world.state(plan.id) == "rolled_back"
    await world.close()


async def test_a16_a_change_that_reverts_is_not_success(tmp_path):
    world = await open_world(tmp_path, mode="revert", hold_s=0.5)
    plan = await world.approved()
    assert await world.state(plan.id) == "rolled_back"
    assert world.backend.thing("web").size == 2
    await world.close()


async def test_a16_never_ready_rolls_back_by_itself(tmp_path):
    world = await open_world(tmp_path, mode="never_ready")
    plan = await world.approved()
    view = await world.changes.view(plan.id)
    assert (view.state, world.backend.thing("web").size) == ("rolled_back", 2)
    assert [t.rpartition(":")[2] for _, _, t in world.backend.writes] == ["apply", "rollback"]
    assert ("size", "2", "2") in view.before_after
    assert (await world.audit(plan.id)).count("plan.write_intended") == 2
    await world.close()


async def test_a16_an_irreversible_change_that_fails_says_what_changed(tmp_path):
    world = await open_world(tmp_path, mode="never_ready", reversible=False)
    plan = await world.approved(namespace=STAGING)
    view = await world.changes.view(plan.id)
    assert view.state == "failed"
    assert "size: 2 -> 3" in view.detail
    await world.close()


async def test_a16_a_result_that_cannot_be_read_is_unknown(world):
    async def blind(name, token):
        world.backend.unreadable = True

    world.backend.on_write = blind
    plan = await world.approved()
    view = await world.changes.view(plan.id)
    assert (view.state, view.can_undo) == ("unknown", True)
    assert len(world.backend.writes) == 1


async def test_a_rollback_that_fails_is_said_and_raises_an_alarm(world):
    async def refuse_the_way_back(name, token):
        world.backend.mode = "refuse_next"

    plan = await held(world)
    world.backend.mode = "never_ready"
    world.backend.on_write = refuse_the_way_back
    assert await run(world, plan) == "rollback_failed"
    assert "rollback_failed" in [name for name, _ in world.alarms.raised]
    assert "A person must look now" in (await world.changes.view(plan.id)).detail


@pytest.mark.parametrize(("mode", "words"), [("refuse", "admission says no"), ("forbid", "I may not resize")])
async def test_a_refused_write_changed_nothing_and_says_so(world, mode, words):
    plan = await held(world)
    world.backend.mode = mode
    assert await run(world, plan) == "failed"
    detail = (await world.changes.view(plan.id)).detail
    assert words in detail
    assert "nothing was changed" in detail
    assert world.backend.writes == []


async def test_a_lost_answer_is_read_back_not_sent_again(world):
    plan = await held(world)
    world.backend.mode = "drop"
    assert await run(world, plan) == "succeeded"
    assert len(world.backend.writes) == 1


async def test_the_cloud_away_before_the_write_stops_the_plan(world):
    plan = await held(world)
    world.backend.unreadable = True
    assert await run(world, plan) == "void"
    assert "the cloud is away" in (await world.changes.view(plan.id)).detail


# the record


async def test_u2_without_the_store_nothing_is_written(world):
    plan = await held(world)
    world.store_away()
    with pytest.raises(StoreUnavailable):
        await world.changes.execute(plan.id)
    world.store_away(away=False)
    assert world.backend.writes == []


async def test_u2_without_the_audit_nothing_is_written(world):
    plan = await held(world)
    world.audit_away()
    with pytest.raises(StoreUnavailable):
        await world.changes.execute(plan.id)
    world.audit_away(away=False)
    assert (await world.state(plan.id), world.backend.writes) == ("approved", [])
    assert await run(world, plan) == "succeeded"


async def test_u3_an_outcome_without_audit_is_flagged_spooled_and_replayed(world):
    async def break_audit(name, token):
        world.audit_away()

    world.backend.on_write = break_audit
    world.clock.at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    plan = await world.approved()
    view = await world.changes.view(plan.id)
    assert (view.state, view.unaudited) == ("succeeded", True)
    assert ("size", "2", "3") in view.before_after  # the card tells the outcome all the same
    assert "outcome_not_recorded" in [name for name, _ in world.alarms.raised]
    assert "plan.succeeded" not in await world.audit(plan.id)
    world.audit_away(away=False)
    world.clock.advance(600)
    await world.changes.tick()
    assert "plan.succeeded" in await world.audit(plan.id)
    assert not (await world.changes.view(plan.id)).unaudited
    async with world.db.read() as tx:
        last = (await world.db.audit.find(tx, plan_id=plan.id))[-1]
    body = last if isinstance(last, dict) else last.body
    assert body["detail"]["happened_at"].startswith("2026-11-24T09:30")
    await world.changes.tick()
    assert (await world.audit(plan.id)).count("plan.succeeded") == 1


async def test_a_settled_plan_never_changes_again(world):
    plan = await world.approved()
    for _ in range(3):
        await world.changes.execute(plan.id)
        await world.changes.tick()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    assert (await world.click(plan.id, BOB, "reject")).kind == "late"
    assert await world.state(plan.id) == "succeeded"


async def test_an_unknown_outcome_is_cleared_up_once_the_target_can_be_read(world):
    async def blind(name, token):
        world.backend.unreadable = True

    world.backend.on_write = blind
    plan = await world.approved()
    assert await world.state(plan.id) == "unknown"
    world.backend.unreadable = False
    world.clock.advance(31)
    await world.changes.tick()
    await world.starter.done()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    assert (await world.audit(plan.id))[-2:] == ["plan.unknown", "plan.succeeded"]


async def test_a_later_look_at_an_unknown_outcome_may_find_nothing_there(world):
    plan = await held(world)
    world.backend.mode = "lost"
    assert await run(world, plan) == "unknown"
    world.backend.mode = "good"
    world.clock.advance(31)
    world.starter.held = False
    await world.changes.tick()
    await world.starter.done()
    assert (await world.state(plan.id), world.backend.writes) == ("failed", [])
    assert "did not arrive" in (await world.changes.view(plan.id)).detail


async def test_undo_is_offered_until_a_later_plan_has_changed_the_target(world):
    first = await world.approved(size=3)
    assert (await world.changes.view(first.id)).can_undo
    world.clock.advance(1)
    second = await world.approved(size=5)
    assert not (await world.changes.view(first.id)).can_undo
    assert (await world.changes.view(second.id)).can_undo

"""The undo of a whole runbook: one plan that people approve, the last step first, each verified."""

import pytest

from agents.changes.runbooks.sealed import sealed_of
from agents.changes.seal import open_plan
from agents.outcomes import Failure, Question, Refusal
from tests.chaos.test_kill_points import Killed, restarted
from tests.chaos.world import CAROL, open_world
from tests.unit.test_runbooks_run import AGAIN, THREE, dies, never_ready, propose, ran


@pytest.fixture
async def world(tmp_path):
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "three.yaml").write_text(THREE)
    (folder / "again.yaml").write_text(AGAIN)
    world = await open_world(tmp_path, runbooks=folder, deadline_s=0.4, hold_s=0.05)
    yield world
    await world.close()


async def undone(world, plan, **turn):
    return await world.changes.undo(world.turn(text="undo", **turn), plan.id)


async def test_a_runbook_is_undone_as_one_plan_the_last_step_first(world):
    plan = await propose(world)
    assert (await ran(world, plan)).can_undo
    undo = await undone(world, plan)
    assert undo.undo_of == plan.id
    view = await world.changes.view(undo.id)
    assert view.title == "Undo: Run three: Resize three things (size 3)"
    assert [(s.number, s.name, s.title) for s in view.steps] == [
        (1, "undo-third", "Undo: Resize c to 3"),
        (2, "undo-second", "Undo: Resize b to 3"),
        (3, "undo-first", "Undo: Resize a to 3"),
    ]
    assert (view.state, view.can_undo) == ("pending", False), "it waits for people like any change"
    assert len(world.backend.writes) == 3
    view = await ran(world, undo)
    assert view.state == "succeeded", view.detail
    assert [(name, size) for name, size, _ in world.backend.writes[3:]] == [("c", 2), ("b", 2), ("a", 2)]
    assert {token.partition(":")[0] for _, _, token in world.backend.writes[3:]} == {undo.id}
    assert not view.can_undo


async def test_the_undo_of_steps_on_one_target_goes_back_through_each_state(world):
    plan = await propose(world, "again", high=5, low=3)
    assert (await ran(world, plan)).state == "succeeded"
    undo = await undone(world, plan)
    steps = sealed_of(open_plan(undo).draft).steps
    assert [step.again for step in steps] == [False, True]
    view = await ran(world, undo)
    assert view.state == "succeeded", view.detail
    assert [size for _, size, _ in world.backend.writes] == [5, 3, 5, 2]


async def test_an_undo_whose_third_step_fails_says_what_stays(world):
    plan = await propose(world)
    await ran(world, plan)
    undo = await undone(world, plan)
    never_ready(world, "a")
    view = await ran(world, undo)
    assert view.state == "failed", view.detail
    assert "step 3 (undo-first): verification failed" in view.detail
    assert "stays" in view.detail
    assert [step.state for step in view.steps][:2] == ["stays", "stays"]


@pytest.mark.parametrize(
    ("point", "step"), [("before_write", "2"), ("after_write", "2"), ("after_step", "1")]
)
async def test_a17_a_crash_in_the_undo_of_a_runbook_takes_each_step_back_once(world, point, step):
    plan = await propose(world)
    await ran(world, plan)
    undo = await undone(world, plan)
    world.build(worker="dead", point=dies(point, step))
    world.starter.held = True
    assert (await world.click(undo.id)).kind == "quorum"
    with pytest.raises(Killed):
        await world.changes.execute(undo.id)
    view = await restarted(world, undo)
    assert view.state == "succeeded", view.detail
    assert [(name, size) for name, size, _ in world.backend.writes[3:]] == [("c", 2), ("b", 2), ("a", 2)]


async def test_what_others_changed_since_is_not_taken_back_with_it(world):
    plan = await propose(world)
    await ran(world, plan)
    world.backend.thing("b").size = 9
    asked = await undone(world, plan)
    assert isinstance(asked, Question)
    assert "b was changed since by others: size was 3, is 9" in asked.text


async def test_the_policy_judges_each_step_of_the_undo(world):
    plan = await propose(world)
    await ran(world, plan)
    assert isinstance(await undone(world, plan, who=CAROL), Refusal)


async def test_a_runbook_that_was_taken_back_has_nothing_to_undo(world):
    never_ready(world, "c")
    plan = await propose(world)
    view = await ran(world, plan)
    assert (view.state, view.can_undo) == ("rolled_back", False)
    assert isinstance(await undone(world, plan), Failure)


async def test_with_a_step_that_cannot_be_undone_there_is_no_undo_of_the_whole(tmp_path):
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "three.yaml").write_text(THREE)
    world = await open_world(
        tmp_path, runbooks=tmp_path / "runbooks", deadline_s=0.4, hold_s=0.05, reversible=False
    )
    plan = await propose(world)
    view = await ran(world, plan)
    assert (view.state, view.can_undo) == ("succeeded", False)
    failed = await undone(world, plan)
    assert isinstance(failed, Failure)
    assert "cannot be taken back" in failed.what
    await world.close()

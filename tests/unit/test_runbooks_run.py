"""Runbooks on a cloud that lies: steps one by one, the way back in reverse, crashes, and what was approved."""

import pytest

from agents.changes.outcome import outcome_of
from agents.changes.points import POINTS, ROLLBACK_POINTS
from agents.changes.seal import open_plan
from agents.outcomes import Failure, Question, Refusal
from tests.chaos.test_kill_points import BEFORE_THE_WRITE, Killed, restarted
from tests.chaos.world import BOB, OPS, STAGING, open_world

THREE = """
version: 1
summary: Resize three things.
params:
  - {name: size, kind: number, min: 1, max: 9}
steps:
  - {name: first, action: resize, args: {name: a, size: "{size}"}}
  - {name: second, action: resize, args: {name: b, size: "{size}"}}
  - {name: third, action: resize, args: {name: c, size: "{size}"}}
"""
AGAIN = """
version: 1
summary: Up and down again.
params:
  - {name: high, kind: number}
  - {name: low, kind: number, default: 2}
steps:
  - {name: up, action: resize, args: {name: web, size: "{high}"}}
  - {name: down, action: resize, args: {name: web, size: "{low}"}, after: up}
"""


@pytest.fixture
async def world(tmp_path):
    folder = tmp_path / "runbooks"
    folder.mkdir()
    (folder / "three.yaml").write_text(THREE)
    (folder / "again.yaml").write_text(AGAIN)
    world = await open_world(tmp_path, runbooks=folder, deadline_s=0.4, hold_s=0.05)
    yield world
    await world.close()


async def propose(world, name="three", **params):
    params = params or {"size": 3}
    return await world.changes.propose(
        world.turn(text=f"run {name}"), "runbook", {"name": name, "params": params}, "because"
    )


async def ran(world, plan):
    assert (await world.click(plan.id)).kind == "quorum"
    await world.starter.done()
    return await world.changes.view(plan.id)


def written(world, plan):
    return [(name, size, token.removeprefix(f"{plan.id}:")) for name, size, token in world.backend.writes]


def never_ready(world, victim):
    """After its write `victim` is not ready until it is put back."""
    accept = world.backend._accept

    async def accepted(name, thing, size, token):
        world.backend.mode = "never_ready" if name == victim else "good"
        await accept(name, thing, size, token)

    world.backend._accept = accepted


async def test_the_steps_are_one_plan_with_a_token_each(world):
    plan = await propose(world)
    assert world.backend.writes == []
    view = await ran(world, plan)
    assert view.state == "succeeded", view.detail
    assert written(world, plan) == [("a", 3, "1:apply"), ("b", 3, "2:apply"), ("c", 3, "3:apply")]
    assert view.detail == "all 3 steps hold"
    events = await world.audit(plan.id)
    assert events.count("plan.write_intended") == 3
    assert events.count("plan.succeeded") == 1
    assert ("a: size", "2", "3") in view.before_after


async def test_a_third_step_that_fails_takes_all_three_back_the_last_one_first(world):
    never_ready(world, "c")
    plan = await propose(world)
    view = await ran(world, plan)
    assert view.state == "rolled_back", view.detail
    assert written(world, plan)[3:] == [
        ("c", 2, "3:rollback"),
        ("b", 2, "2:rollback"),
        ("a", 2, "1:rollback"),
    ]
    assert {t.size for t in world.backend.things.values()} == {2}
    assert "step 3 (third): verification failed" in view.detail


async def test_a_third_step_that_is_refused_takes_the_two_before_it_back_in_reverse(world):
    modes = {("before_write", "3"): "refuse", ("before_rollback", "2"): "good"}

    def passing(point, mark):
        world.backend.mode = modes.get((point, mark.partition(":")[2]), world.backend.mode)

    world.build(point=passing)
    plan = await propose(world)
    view = await ran(world, plan)
    assert view.state == "rolled_back", view.detail
    assert written(world, plan)[2:] == [("b", 2, "2:rollback"), ("a", 2, "1:rollback")]
    assert "admission says no" in view.detail


async def test_a_refused_first_step_changes_nothing(world):
    plan = await propose(world)
    world.backend.mode = "refuse"
    view = await ran(world, plan)
    assert (view.state, world.backend.writes) == ("failed", [])
    assert "nothing was changed" in view.detail


async def test_a_step_whose_result_cannot_be_read_is_unknown_and_nothing_more_is_written(world):
    plan = await propose(world)

    async def away(name, token):
        world.backend.unreadable = name == "b"

    world.backend.on_write = away
    view = await ran(world, plan)
    assert view.state == "unknown", view.detail
    assert [token for _, _, token in written(world, plan)] == ["1:apply", "2:apply"]


async def test_a_later_step_is_planned_again_just_before_it_runs(world):
    plan = await propose(world, "again", high=5)
    sealed = open_plan(plan).draft.write["steps"]
    assert [step["again"] for step in sealed] == [False, True]
    view = await ran(world, plan)
    assert view.state == "succeeded", view.detail
    assert written(world, plan) == [("web", 5, "1:apply"), ("web", 2, "2:apply")]


async def test_a_later_step_on_another_object_than_approved_stops_and_goes_back(world):
    plan = await propose(world, "again", high=5)

    def replaced(point, mark):
        if (point, mark) == ("after_step", f"{plan.id}:1"):
            world.backend.things["web"].uid = "another"

    world.build(point=replaced)
    view = await ran(world, plan)
    assert view.state in {"rolled_back", "rollback_failed"}
    assert "planned again, this step is not the approved one" in view.detail
    assert all(token != "2:apply" for _, _, token in written(world, plan))


async def test_the_file_changed_after_approval_voids_the_plan(world):
    plan = await propose(world)
    world.starter.held = True
    assert (await world.click(plan.id)).kind == "quorum"
    path = world.runbooks / "three.yaml"
    path.write_text(path.read_text() + "# a word\n")
    await world.changes.execute(plan.id)
    view = await world.changes.view(plan.id)
    assert (view.state, world.backend.writes) == ("void", [])
    assert "three was changed after this was planned" in view.detail


async def test_drift_of_the_first_target_voids_and_of_a_later_one_goes_back(world):
    plan = await propose(world)
    world.backend.thing("a").size = 8
    assert (await ran(world, plan)).state == "void"
    world.backend.thing("a").size = 2
    plan = await propose(world)
    world.backend.thing("c").size = 8
    view = await ran(world, plan)
    assert (view.state, world.backend.thing("c").size) == ("rolled_back", 8)
    assert [token for _, _, token in written(world, plan)] == [
        "1:apply",
        "2:apply",
        "2:rollback",
        "1:rollback",
    ]


async def test_a_stop_between_two_steps_goes_back(world):
    plan = await propose(world)

    async def stop(name, token):
        if name == "a" and token.endswith("1:apply"):
            await world.changes.stop_all(BOB, OPS, "enough")

    world.backend.on_write = stop
    view = await ran(world, plan)
    assert view.state == "rolled_back", view.detail
    assert [token for _, _, token in written(world, plan)] == ["1:apply", "1:rollback"]


async def test_the_policy_denies_one_step_and_so_the_whole(world):
    text = THREE.replace("{name: c,", '{name: c, namespace: "elsewhere",')
    (world.runbooks / "three.yaml").write_text(text)
    refused = await propose(world)
    assert isinstance(refused, Refusal), refused
    async with world.db.read() as tx:
        assert await world.db.plans.list(tx) == []


async def test_a_protected_part_and_too_many_objects_are_refused(world):
    text = THREE.replace("{name: c,", '{name: c, namespace: "kube-system",')
    (world.runbooks / "three.yaml").write_text(text)
    assert "protected" in (await propose(world)).text
    path = world.policy_path
    path.write_text(path.read_text().replace("risk:\n", "risk:\n  max_objects: 2\n"))
    world.policy.reload()
    (world.runbooks / "three.yaml").write_text(THREE)
    assert "3 objects and 2 are the limit" in (await propose(world)).text


async def test_one_step_in_production_makes_it_production(world):
    text = THREE.replace("{name: a,", f"{{name: a, namespace: {STAGING},")
    (world.runbooks / "three.yaml").write_text(text)
    plan = await propose(world)
    assert (plan.environment, plan.risk) == ("production", "high")


async def test_an_approver_must_be_allowed_to_approve_every_step(world):
    path = world.policy_path
    text = path.read_text().replace(
        'role: approver, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]',
        'role: approver, channels: ["COPS"], clusters: ["*"], namespaces: ["shop"]',
    )
    path.write_text(text)
    world.policy.reload()
    (world.runbooks / "three.yaml").write_text(
        THREE.replace("{name: c,", f"{{name: c, namespace: {STAGING},")
    )
    plan = await propose(world)
    assert (await world.click(plan.id)).kind == "refused"


async def test_parameters_that_do_not_fit_are_asked_back(world):
    for params, says in (
        ({"size": 12}, "at most 9"),
        ({"size": "x"}, "whole number"),
        ({"siez": 3}, "did you mean size?"),
        ({"size": True}, "whole number"),
    ):
        asked = await propose(world, **params)
        assert isinstance(asked, Question), asked
        assert says in asked.text
    assert isinstance(await propose(world, "nothing", size=1), Question)


async def test_a_broken_file_is_a_failure_that_names_the_line(world):
    (world.runbooks / "three.yaml").write_text(THREE + "extra: 1\n")
    failed = await propose(world)
    assert isinstance(failed, Failure)
    assert "three.yaml: line 10, extra: unknown key" in failed.what


async def test_a_rehearsal_plans_every_step_and_stores_nothing(world):
    plan = await world.changes.rehearse(world.turn(), "runbook", {"name": "three", "params": {"size": 4}})
    assert [step["draft"]["title"] for step in plan.draft.write["steps"]] == [
        "Resize a to 4", "Resize b to 4", "Resize c to 4",
    ]  # fmt: skip
    assert world.backend.writes == []
    async with world.db.read() as tx:
        assert await world.db.plans.list(tx) == []


STEP_POINTS = [
    p for p in POINTS if p not in {"before_claim", "after_claim", "before_settle", "before_notify"}
]


def dies(point, mark):
    left = [1]

    def passing(name, where):
        if (name, where.partition(":")[2]) == (point, mark) and left[0]:
            left[0] -= 1
            raise Killed(point)

    return passing


async def died(world, point, mark):
    world.build(worker="dead", point=dies(point, mark))
    world.starter.held = True
    plan = await propose(world)
    assert (await world.click(plan.id)).kind == "quorum"
    with pytest.raises(Killed):
        await world.changes.execute(plan.id)
    return plan


CRASHES = [(point, "2") for point in STEP_POINTS]
CRASHES += [(point, step) for point in ("before_write", "after_step") for step in "13"]


@pytest.mark.parametrize(("point", "step"), CRASHES)
async def test_a17_a_crash_at_any_point_of_any_step_goes_on_without_repeating(world, point, step):
    plan = await died(world, point, step)
    sent = int(step) - (1 if point in BEFORE_THE_WRITE else 0)
    assert len(world.backend.writes) == sent
    view = await restarted(world, plan)
    assert view.state == "succeeded", view.detail
    assert written(world, plan) == [("a", 3, "1:apply"), ("b", 3, "2:apply"), ("c", 3, "3:apply")]
    assert {mark.state for mark in outcome_of(await world.row(plan.id)).steps.values()} == {"done"}


@pytest.mark.parametrize(
    ("point", "step"), [*((point, "3") for point in ROLLBACK_POINTS), ("after_step_back", "2")]
)
async def test_a17_a_crash_on_the_way_back_takes_each_step_back_once(world, point, step):
    never_ready(world, "c")
    plan = await died(world, point, step)
    view = await restarted(world, plan)
    assert view.state == "rolled_back", view.detail
    assert [token for _, _, token in written(world, plan)][3:] == ["3:rollback", "2:rollback", "1:rollback"]

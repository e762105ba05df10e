"""A17: a change that dies at any of ten points is finished truthfully, and its write is never sent twice."""

import asyncio
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.changes.points import POINTS, ROLLBACK_POINTS
from storage.errors import StoreUnavailable
from tests.chaos.backend import Backend
from tests.chaos.world import open_world

ROOT = Path(__file__).resolve().parents[2]
BEFORE_THE_WRITE = {"before_claim", "after_claim", "before_intent", "before_write"}


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it, nothing runs after it."""


def dies_at(point, times=1):
    left = [times]

    def passing(name, plan_id):
        del plan_id
        if name == point and left[0]:
            left[0] -= 1
            raise Killed(point)

    return passing


async def died(world, point):
    """A plan whose run died at `point`."""
    world.build(worker="dead", point=dies_at(point))
    world.starter.held = True
    plan = await world.propose()
    assert (await world.click(plan.id)).kind == "quorum"
    with pytest.raises(Killed):
        await world.changes.execute(plan.id)
    return plan


async def restarted(world, plan):
    """What the next process does first: a tick."""
    world.starter.held = False
    world.build(worker="next")
    await world.changes.tick()
    await world.starter.done()
    return await world.changes.view(plan.id)


def truthful(world, view):
    """The card says what is so."""
    size = world.backend.thing("web").size
    return {"succeeded": size == 3, "rolled_back": size == 2, "void": size == 2, "failed": size == 2}[
        view.state
    ]


def test_a_change_has_ten_kill_points():
    assert len(set(POINTS)) == len(POINTS) == 10


@pytest.mark.parametrize("point", POINTS)
async def test_a17_crash_at_each_point_then_restart(tmp_path, point):
    world = await open_world(tmp_path)
    plan = await died(world, point)
    assert len(world.backend.writes) == (0 if point in BEFORE_THE_WRITE else 1)
    view = await restarted(world, plan)
    assert view.state == "succeeded"
    assert truthful(world, view)
    assert world.backend.writes == [("web", 3, f"{plan.id}:apply")]
    events = await world.audit(plan.id)
    assert events.count("plan.executing") == events.count("plan.succeeded") == 1
    if point != "before_claim":
        assert plan.id in world.told.changed
    if point != "before_notify":
        assert plan.id in world.told.settled
    await world.close()


@pytest.mark.parametrize(
    "point", [*(p for p in POINTS if p not in {"before_settle", "before_notify"}), *ROLLBACK_POINTS]
)
async def test_a17_crash_of_a_change_that_fails_still_rolls_back_once(tmp_path, point):
    world = await open_world(tmp_path, mode="never_ready")
    plan = await died(world, point)
    view = await restarted(world, plan)
    assert (view.state, truthful(world, view)) == ("rolled_back", True)
    steps = [token.rpartition(":")[2] for _, _, token in world.backend.writes]
    assert steps == ["apply", "rollback"]
    await world.close()


@pytest.mark.parametrize("point", ["before_claim", "after_claim", "before_intent", "before_write"])
async def test_a17_what_died_before_its_write_is_checked_again(tmp_path, point):
    """The approver left while the process was down: nothing is sent."""
    world = await open_world(tmp_path)
    plan = await died(world, point)
    world.people.standing["TLOCAL:UBOB"] = "deactivated"
    view = await restarted(world, plan)
    assert (view.state, world.backend.writes) == ("void", [])
    await world.close()


async def test_a17_dying_again_and_again_changes_nothing_twice(tmp_path):
    world = await open_world(tmp_path)
    plan = await died(world, "after_write")
    for n, point in enumerate(("before_result", "after_result", "during_verify", "before_settle")):
        world.build(worker=f"again-{n}", point=dies_at(point))
        with pytest.raises(Killed):
            await world.changes.execute(plan.id)
    view = await restarted(world, plan)
    assert (view.state, len(world.backend.writes)) == ("succeeded", 1)
    await world.close()


async def test_a17_when_the_target_cannot_say_a_person_must(tmp_path):
    world = await open_world(tmp_path)
    plan = await died(world, "after_write")
    world.backend.unreadable = True
    view = await restarted(world, plan)
    assert (view.state, len(world.backend.writes)) == ("unknown", 1)
    assert "A person must look" in view.detail
    await world.close()


async def test_two_entries_at_once_in_one_process_run_once(tmp_path):
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    await asyncio.gather(*(world.changes.execute(plan.id) for _ in range(10)))
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    await world.close()


async def test_two_processes_that_claim_at_once_run_once(tmp_path):
    world = await open_world(tmp_path)
    world.starter.held = True
    plans = [await world.propose(name=f"n-{n}") for n in range(20)]
    for plan in plans:
        await world.click(plan.id)
    first, second = world.build(worker="w1"), world.build(worker="w2")
    await asyncio.gather(*(c.execute(p.id) for p in plans for c in (first, second)))
    tokens = [token for _, _, token in world.backend.writes]
    assert len(tokens) == len(set(tokens)) == len(plans)
    for plan in plans:
        events = await world.audit(plan.id)
        assert events.count("plan.executing") == events.count("plan.write_intended") == 1
    await world.close()


async def test_a3_of_many_claims_of_one_plan_one_wins(tmp_path):
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    row = await world.row(plan.id)
    claims = await asyncio.gather(*(world.build(worker=f"w{n}")._executor._claim(row) for n in range(20)))
    assert sum(claim is not None for claim in claims) == 1
    assert (await world.audit(plan.id)).count("plan.executing") == 1
    await world.close()


async def test_a17_who_was_taken_over_writes_nothing(tmp_path):
    """A process that slept through its own funeral: the next one has the plan, it must not write any more."""
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    sleeper = world.build(worker="sleeper")
    asleep, awake = asyncio.Event(), asyncio.Event()
    checked = sleeper._executor._checks.all

    async def slow(row, sealed):
        answer = await checked(row, sealed)
        asleep.set()
        await awake.wait()
        return answer

    sleeper._executor._checks.all = slow
    sleeping = asyncio.create_task(sleeper.execute(plan.id))
    await asleep.wait()
    await world.build(worker="next").execute(plan.id)
    assert await world.state(plan.id) == "succeeded"
    world.backend.thing("web").size = 2  # nothing but the claim would stop the sleeper now
    awake.set()
    await sleeping
    assert len(world.backend.writes) == 1
    await world.close()


async def test_a17_who_was_taken_over_after_its_write_records_nothing_over_the_next(tmp_path):
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    sleeper = world.build(worker="sleeper")
    asleep, awake = asyncio.Event(), asyncio.Event()
    applied = sleeper._executor._judge.applied

    async def slow(run, answer):
        asleep.set()
        await awake.wait()
        await applied(run, answer)

    sleeper._executor._judge.applied = slow
    sleeping = asyncio.create_task(sleeper.execute(plan.id))
    await asleep.wait()
    next_one = world.build(worker="next")
    verifying, seen = asyncio.Event(), next_one._executor._judge._verify

    async def later(run, within):
        verifying.set()
        await sleeping
        await seen(run, within)

    next_one._executor._judge._verify = later
    running = asyncio.create_task(next_one.execute(plan.id))
    await verifying.wait()
    awake.set()
    await sleeping
    await running
    row = await world.row(plan.id)
    assert (row.state.value, row.claimed_by, len(world.backend.writes)) == ("succeeded", "next", 1)
    assert (await world.audit(plan.id)).count("plan.verifying") == 1
    await world.close()


@dataclass
class Neighbours:
    """What a process knows of those on the same database."""

    worker: str
    living: set[str]
    ours: bool = True

    def valid(self):
        return self.ours

    async def gone(self, tx, worker):
        del tx
        return worker not in self.living


async def begun_by(world, worker):
    """A plan in the hands of a process that stands still before its write."""
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    first = world.build(worker=worker)
    await first._executor._claim(await world.row(plan.id))
    return plan.id


async def test_a17_what_was_approved_and_begun_by_nobody_is_begun_by_who_takes_over(tmp_path):
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    world.starter.started.clear()
    await world.build(worker="b", standing=Neighbours("b", {"b"})).take_up()
    assert world.starter.started == [plan.id]
    await world.close()


async def test_a17_a_plan_of_a_process_that_is_alive_is_left_to_it(tmp_path):
    world = await open_world(tmp_path)
    plan_id = await begun_by(world, "a")
    here = Neighbours("b", {"a", "b"})
    second = world.build(worker="b", standing=here)
    await second.execute(plan_id)
    world.starter.started.clear()
    await second.take_up()
    assert (world.starter.started, (await world.row(plan_id)).claimed_by) == ([], "a")
    here.living = {"b"}
    await second.take_up()
    assert world.starter.started == [plan_id]
    await second.execute(plan_id)
    assert (await world.state(plan_id), (await world.row(plan_id)).claimed_by) == ("succeeded", "b")
    await world.close()


@pytest.mark.parametrize("when", ["before_intent", "before_write"])
async def test_a17_who_may_be_taken_for_dead_does_not_write(tmp_path, when):
    """It slept at the point: its lease has run out, whether or not somebody noticed."""
    world = await open_world(tmp_path)
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    here = Neighbours("a", {"a"})

    def sleeps(point, plan_id):
        del plan_id
        if point == when:
            here.ours = False

    changes = world.build(worker="a", standing=here, point=sleeps)
    with pytest.raises(StoreUnavailable):
        await changes.execute(plan.id)
    assert (world.backend.writes, await world.state(plan.id)) == ([], "executing")
    here.ours = True
    await world.build(worker="a", standing=here).execute(plan.id)
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    await world.close()


async def test_a17_who_is_taken_for_dead_takes_nothing_over(tmp_path):
    world = await open_world(tmp_path)
    plan_id = await begun_by(world, "a")
    await world.build(worker="b", standing=Neighbours("b", set())).execute(plan_id)
    assert (await world.row(plan_id)).claimed_by == "a"
    assert world.backend.writes == []
    await world.close()


# with a real process, a real engine and a real kill


async def process(*args):
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.victim", *map(str, args),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(running.communicate(), 50)
    return running.returncode, out.decode(), err.decode()


async def killed_and_restarted(root, point):
    backend = await Backend().start()
    try:
        code, out, err = await process("begin", root, backend.url, point)
        assert code == -signal.SIGKILL, (out, err)
        writes_at_death = len(backend.writes)
        code, out, err = await process("recover", root, backend.url, "")
        assert code == 0, err
        return json.loads(out.splitlines()[-1]), writes_at_death, backend
    finally:
        await backend.stop()


@pytest.mark.chaos
@pytest.mark.parametrize("point", ["after_claim", "before_write", "after_write", "during_verify"])
async def test_a17_kill_9_then_the_engine_takes_it_up(tmp_path, point):
    final, writes_at_death, backend = await killed_and_restarted(tmp_path, point)
    assert writes_at_death == (0 if point in BEFORE_THE_WRITE else 1)
    assert (final["state"], final["taken_over"]) == ("succeeded", True)
    assert len(backend.writes) == 1
    assert backend.thing("web").size == 3


@pytest.mark.chaos
@pytest.mark.timeout(7200)
async def test_a17_kill_9_at_every_point_many_times(tmp_path, request, record_property):
    """25 rounds of ten points with `--full`, or `--rounds`; else the points that the test above leaves out, once."""
    full = request.config.getoption("--full")
    rounds = request.config.getoption("--rounds") or 25
    points = (
        POINTS if full else [p for p in POINTS if p in {"before_claim", "before_result", "before_notify"}]
    )
    for n in range(rounds if full else 1):
        for point in points:
            root = tmp_path / f"{point}-{n}"
            root.mkdir()
            final, _, backend = await killed_and_restarted(root, point)
            assert (final["state"], len(backend.writes), backend.thing("web").size) == ("succeeded", 1, 3), (
                point
            )
    record_property("figure", f"{(rounds if full else 1) * len(points)} kills at {len(points)} points")

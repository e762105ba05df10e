"""Generated sequences of commands and clicks: after each step a plan is what thirty plain rules say, and writes once."""

import os
import random

import pytest

from agents.changes.requests import Click
from storage.plans import PlanRow
from tests.chaos.plan_model import Model
from tests.chaos.world import GLASS_POLICY, OPS, actor, open_world

SEQUENCES = 5_000 if os.environ.get("SOAK") == "1" else 250
PEOPLE = ("alice", "bob", "bob", "bob", "dan", "dan", "dan", "carol", "mallory")
MOVES = (
    "approve",
    "break_glass",
    "reject",
    "cancel",
    "run",
    "stop",
    "resume",
    "leave",
    "drift",
    "wait",
    "tick",
)
LIKELY = {"pending": ("approve",) * 10, "approved": ("run",) * 8 + ("leave",) * 5 + ("drift", "stop", "wait")}
HOUR_S = 3600  # the life of a plan
WAITS = (60, 1800, HOUR_S - 1, HOUR_S)


def person(who, *gone):
    return actor(f"U{who.upper()}", "deactivated" if who in gone else "member")


def step(choose, state):
    """What happens, who does it, how long a wait takes. The likely moves lead to where something can go wrong."""
    return choose.choice(MOVES + LIKELY.get(state, ())), choose.choice(PEOPLE), choose.choice(WAITS)


class Sequence:
    """One plan of one world, and the model that walks beside it."""

    def __init__(self, world, plan, name, model):
        self.world, self.plan, self.name, self.model = world, plan, name, model
        self.told = []

    async def step(self, move, who, seconds):
        self.told.append((move, who, seconds))
        world = self.world
        match move:
            case "approve" | "reject" | "cancel":
                await world.click(self.plan.id, person(who, *self.model.gone), move)
            case "break_glass":
                why = "nobody else is awake"
                click = Click(self.plan.id, person(who, *self.model.gone), OPS, move, why, "click")
                await world.changes.decide(click)
            case "stop":
                await world.changes.stop_all(person(who, *self.model.gone), OPS, "")
            case "resume":
                await world.changes.resume(person(who, *self.model.gone), OPS)
            case "leave":
                world.people.standing[person(who).id] = "deactivated"
            case "drift":
                world.backend.thing(self.name).size = 9
            case "wait":
                world.clock.advance(seconds)
            case "tick":
                await world.changes.tick()
            case "run":
                await world.changes.execute(self.plan.id)
        self.model_step(move, who, seconds)

    def model_step(self, move, who, seconds):
        said = {"wait": (seconds,), "drift": (), "tick": (), "run": ()}.get(move, (who,))
        getattr(self.model, move)(*said)

    async def agrees(self):
        assert await self.world.state(self.plan.id) == self.model.state, self.told
        assert (await self.world.changes.reviews.of(self.plan.id) is not None) == bool(self.model.glass), (
            self.told
        )
        sent = [token for name, _, token in self.world.backend.writes if name == self.name]
        assert sent == ([f"{self.plan.id}:apply"] if self.model.written else []), self.told


async def restored(world, model):
    """Everybody back, nothing stopped, nothing waiting: the next sequence starts fresh."""
    world.people.standing.clear()
    if model.stopped:
        for who in ("bob", "dan"):
            await world.changes.resume(person(who), OPS)
    world.clock.advance(HOUR_S)
    if model.waiting:
        await world.changes.tick()


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("needed", [1, 2])
async def test_any_sequence_of_commands_and_clicks_ends_as_the_rules_say(
    tmp_path, needed, request, record_property
):
    """250 sequences with one approval needed and 250 with two; 5,000 each with SOAK=1, or `--sequences`."""
    count = request.config.getoption("--sequences") or SEQUENCES
    policy = GLASS_POLICY.replace("high: {count: 1", f"high: {{count: {needed}")
    world = await open_world(tmp_path, policy=policy, hold_s=0.0)
    world.starter.held = True
    try:
        ended = [await played(world, seed, needed) for seed in range(count)]
        assert (await world.db.verify()).ok
    finally:
        await world.close()
    record_property("figure", f"{count:,} sequences with {needed} to approve")
    assert set(ended) == {"pending", "approved", "succeeded", "void", "rejected", "cancelled", "expired"}


async def played(world, seed, needed):
    """The state in which one sequence leaves its plan."""
    choose = random.Random(seed)
    requester = choose.choice(("alice", "bob")) if needed == 1 else "alice"
    plan = await world.propose(name=f"n-{seed}", who=person(requester))
    assert isinstance(plan, PlanRow), plan
    sequence = Sequence(world, plan, f"n-{seed}", Model(requester, needed))
    for _ in range(choose.randint(3, 9)):
        await sequence.step(*step(choose, sequence.model.state))
        await sequence.agrees()
    await restored(world, sequence.model)
    world.backend.writes.clear()
    return sequence.model.state

"""One change of one target through the whole engine: real database, policy, audit and clients; time is short, nothing is faked."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from storage.plans import PlanRow
from tests.chaos.world import BOB, POLICY, open_world
from tests.contracts.actions.rig import Case, Rig
from tools.registry import ACTIONS

OPEN = POLICY.replace(
    'namespaces: ["shop", "shop-stg", "kube-system"]', 'namespaces: ["*"], compartments: ["*"]'
)
OPEN = OPEN.replace('namespaces: ["*"]}', 'namespaces: ["*"], compartments: ["*"]}')
OPEN = OPEN.replace(
    "approvals:",
    '  max_percent: 100\napprovals:\n  critical: {count: 1, not_requester: true, role: "approve:high", expires: 60m}',
    1,
)
FROZEN = (
    'freeze:\n  - {name: all year, from: "01-01", to: "12-31", timezone: "UTC", environments: [production]}\n'
)
SETTLE_S = 0.02
ENDS = ("succeeded", "rolled_back", "rollback_failed", "failed", "unknown", "void")


class Killed(BaseException):
    """Stands for the end of the process: nothing may catch it, nothing runs after it."""


class Bench:
    """`hold_s` and `deadline_s` are those of the plans that are made from now on."""

    def __init__(self, world, place) -> None:
        self.world, self.place = world, place
        self.hold_s, self.deadline_s = 0.0, 10.0
        self._workers = itertools.count(1)

    def actions(self):
        return tuple(self._quick(action) for action in ACTIONS)

    def _quick(self, action):
        async def plan(call, args):
            draft = await action.plan(call, args)
            short = {"hold_s": self.hold_s, "deadline_s": self.deadline_s}
            return draft.model_copy(update={"check": draft.check.model_copy(update=short)})

        return dataclasses.replace(action, plan=plan)

    def engine(self, at=None):
        """Another process; `at` is called at each point of a run."""
        return self.world.build(worker=f"w{next(self._workers)}", point=at or (lambda *_: None))

    async def propose(self, rig: Rig, case: Case):
        return await self.world.changes.propose(self.world.turn(case.text), rig.action, case.args, "as asked")

    async def approved(self, rig: Rig, case: Case):
        """A plan that may run, and does not yet."""
        plan = await self.propose(rig, case)
        assert isinstance(plan, PlanRow), plan
        self.world.starter.held = True
        decided = await self.world.click(plan.id, BOB)
        assert decided.kind == "quorum", decided
        return plan

    async def run(self, plan, case: Case, *, spoiled: bool = False) -> str:
        """Its state at the end. `spoiled`: what it wrote never takes effect; what was there before does."""
        if spoiled:
            self.place.spoil(case)
        async with self.living(case, spoiled=spoiled):
            await self.world.changes.execute(plan.id)
        return await self.world.state(plan.id)

    async def taken_up(self, plan, case: Case) -> str:
        """What the next process makes of it."""
        self.world.starter.held = False
        self.engine()
        async with self.living(case):
            await self.world.changes.tick()
            await self.world.starter.done()
        return await self.world.state(plan.id)

    @asynccontextmanager
    async def living(self, case: Case, *, spoiled: bool = False):
        """Controllers at work."""
        before = case.state()

        async def live():
            while True:
                if not spoiled or case.state() == before:
                    case.settle()
                await asyncio.sleep(SETTLE_S)

        task = asyncio.create_task(live())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and task.exception() is not None:
                raise task.exception()

    def freeze(self, *, on: bool):
        self.world.policy_path.write_text(OPEN + (FROZEN if on else ""))
        self.world.policy.reload()
        assert self.world.policy.changes_allowed, self.world.policy.problem


def once(point, act, count=1):
    """`act` at the `count`-th time that a run comes to `point`."""
    left = [count]

    def at(name, _plan):
        if name == point:
            left[0] -= 1
            if left[0] == 0:
                act()

    return at


def killed():
    raise Killed


@asynccontextmanager
async def bench(folder, place):
    world = await open_world(folder, clients=place.clients, policy=OPEN)
    world.clock.at = datetime.now(UTC)
    made = Bench(world, place)
    world.actions = made.actions()
    made.engine()
    try:
        yield made
    finally:
        await world.close()

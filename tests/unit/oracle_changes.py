"""Changes of Oracle Cloud without the engine: planned, sent, looked at and put back, one call at a time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from agents.planner import Context, Route, route
from tests.unit.oracle_calls import Desk, Reaches
from tests.unit.planner_corpus_reader import CATALOG, NOW
from tools.approved import Approved
from tools.plan import Applied, Draft, Observation, Observed
from tools.registry import ACTIONS
from tools.spec import Call

ACTION = {action.name: action for action in ACTIONS}
PLAN = "plan_01TEST"


def call_of(at: Desk, request: str = PLAN, *paths: str) -> Call:
    return Call(at.clients, datetime.now(UTC), 60, Reaches(*paths), request)


async def planned(at: Desk, action: str, **args: Any) -> Draft:
    return await ACTION[action].plan(call_of(at), ACTION[action].args(**args))


def approved(draft: Draft, step: str = "apply") -> Approved:
    return Approved(PLAN, "hash", draft, "alice", ("bob",), f"{PLAN}:{draft.action}:{step}")


async def sent(at: Desk, draft: Draft) -> Applied:
    action = ACTION[draft.action]
    precondition = (await action.reread(call_of(at), draft)).precondition
    return await action.apply(call_of(at), approved(draft), precondition)


async def put_back(at: Desk, draft: Draft) -> Applied:
    return await ACTION[draft.action].roll_back(call_of(at), approved(draft, "rollback"))


async def until(at: Desk, draft: Draft, what: str = "observe", looks: int = 200) -> Observation:
    """The first verdict; the last look where there is none."""
    look = getattr(ACTION[draft.action], what)
    seen: Observation = await look(call_of(at), draft)
    while seen.state is Observed.NOT_YET and looks:
        await asyncio.sleep(0.05)
        looks -= 1
        seen = await look(call_of(at), draft)
    return seen


def ordered(text: str) -> Route:
    return route(text, Context(CATALOG, NOW))

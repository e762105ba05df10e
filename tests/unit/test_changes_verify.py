"""Watching a criterion: held long enough, false, or unreadable."""

import asyncio

from agents.changes.verify import watch
from tools.errors import TryLater
from tools.plan import Observation, Observed


async def watched(states, *, deadline_s=0.2, hold_s=0.05, poll_s=0.01):
    """What `watch` makes of a sequence of looks; the last one repeats."""
    left = list(states)
    told = []

    async def look():
        state = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(state, Exception):
            raise state
        return Observation(state, state.value, {"n": str(len(left))})

    async def tell(text):
        told.append(text)

    verdict = await asyncio.wait_for(
        watch(look, deadline_s=deadline_s, hold_s=hold_s, tell=tell, poll_s=poll_s), 5
    )
    return verdict.kind, told


H, N, F, U = Observed.HOLDS, Observed.NOT_YET, Observed.FAILED, Observed.UNREADABLE


async def test_what_holds_long_enough_held():
    kind, told = await watched([N, N, H])
    assert kind == "held"
    assert told[:2] == ["not_yet", "not_yet"]


async def test_what_never_comes_true_is_false():
    assert (await watched([N]))[0] == "false"


async def test_what_holds_and_lets_go_is_false():
    assert (await watched([H, N, H, N], deadline_s=0.1, hold_s=0.3))[0] == "false"


async def test_one_failure_between_a_write_and_its_effect_is_not_the_end():
    assert (await watched([F, N, H]))[0] == "held"
    assert (await watched([F, F, H]))[0] == "false"


async def test_unreadable_at_the_deadline_is_unreadable_and_a_moment_of_it_is_not():
    assert (await watched([U]))[0] == "unreadable"
    assert (await watched([TryLater("away")]))[0] == "unreadable"
    assert (await watched([U, TryLater("away"), H]))[0] == "held"


async def test_what_holds_at_the_deadline_gets_its_time_to_hold():
    """With no time left at all: the look itself is the moment of the deadline, however slow the machine."""
    assert (await watched([H], deadline_s=0.0, hold_s=0.05))[0] == "held"
    assert (await watched([H, N], deadline_s=0.0, hold_s=0.05))[0] == "false"

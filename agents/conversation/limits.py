"""When a turn must come to its answer."""

from __future__ import annotations

import asyncio

from agents.conversation.work import Work

MAX_MODEL_TURNS = 8
MAX_REPEATS = 2
RESERVE_S = 12.0  # time kept for the last answer


def closing_reason(work: Work) -> str:
    """Why no further tool call may follow; empty while one may."""
    log = work.log
    if log.plans:
        return "a change was proposed, and the turn ends with it"
    if log.model_turns >= MAX_MODEL_TURNS - 1:
        return "the limit of steps is reached"
    if log.repeats >= MAX_REPEATS:
        return "the same call was made again and again"
    if spent := work.turn.budget.spent():
        return spent
    if work.turn.deadline - asyncio.get_running_loop().time() < RESERVE_S:
        return "the time is nearly used up"
    return ""

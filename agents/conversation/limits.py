"""When a turn must come to its answer."""

from __future__ import annotations

import asyncio

from agents.conversation.work import Work
from prompts import load

MAX_MODEL_TURNS = 8
MAX_REPEATS = 2
RESERVE_S = 12.0  # time kept for the last answer


def closing(work: Work) -> str:
    """What a model is told when no further tool call may follow; empty while one may."""
    if work.log.plans:
        return load("proposed").text
    why = closing_reason(work)
    return load("closing", why=why).text if why else ""


def closing_reason(work: Work) -> str:
    """Which limit of the turn is reached; empty while none is."""
    log = work.log
    if log.model_turns >= MAX_MODEL_TURNS - 1:
        return "the limit of steps is reached"
    if log.repeats >= MAX_REPEATS:
        return "the same call was made again and again"
    if spent := work.turn.budget.spent():
        return spent
    if work.turn.deadline - asyncio.get_running_loop().time() < RESERVE_S:
        return "the time is nearly used up"
    return ""

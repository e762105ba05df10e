"""The model of every bench: two reads a round, as many rounds as the question names, then the answer."""

from __future__ import annotations

import re
from typing import Any

from sandbox.models.replies import Body, Calls, Reply, Say

ROUNDS = re.compile(r"in (\d) rounds")
PLACE = re.compile(r"the worst (\d+) in namespace (\w+)")
QUESTION = "what is unhealthy right now?"
ANSWER = "Everything that I can see is healthy"


def question(rounds: int) -> str:
    """What is asked, so that `two_reads` knows what to do."""
    return QUESTION if rounds == 1 else f"{QUESTION} Look in {rounds} rounds."


def digested(worst: int, namespace: str) -> str:
    """Each number is read anew: of the one before the gate still has the answer."""
    return f"{QUESTION} Show the worst {worst} in namespace {namespace}."


def two_reads(body: Body) -> Reply:
    asked, rounds_so_far = _since_the_question(body["messages"])
    wanted = int(found[1]) if (found := ROUNDS.search(asked)) else 1
    if rounds_so_far >= wanted:
        return Say(f"{ANSWER} [1].")
    if named := PLACE.search(asked):
        return Calls.one("k8s_unhealthy", namespace=named[2], limit=int(named[1]))
    place = ("shop", "stg")[rounds_so_far % 2]
    return Calls((("k8s_unhealthy", {"namespace": place}), ("k8s_events", {"namespace": place})))


def _since_the_question(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """Its words, and how often the model has called tools since."""
    at = max(n for n, message in enumerate(messages) if message["role"] == "user")
    return str(messages[at]["content"]), sum(bool(m.get("tool_calls")) for m in messages[at:])

"""What a model sees of a result, and what the turn learns from it about where words came from."""

from __future__ import annotations

import dataclasses

from agents.gate.envelope import MAX_CHARS, cut, enclosed
from agents.gate.turn import CHARS_A_TOKEN, Turn
from agents.policy import Decision
from tools.errors import AskBack
from tools.spec import Result

ENVELOPE_CHARS = 300
LEAST_CHARS = 400
SOURCES = {"k8s_logs": "pod log", "k8s_events": "event", "k8s_rollouts": "annotation or template"}


def for_model(turn: Turn, tool: str, result: Result) -> str:
    """The digest within 6,000 characters and what is left of the turn's budget, enveloped when others wrote in it."""
    room = min(MAX_CHARS, max(LEAST_CHARS, turn.budget.tokens * CHARS_A_TOKEN)) - ENVELOPE_CHARS
    text = cut(result.digest, room)
    return enclosed(text, tool, turn.delimiter) if result.untrusted else text


def asked(ask: AskBack) -> str:
    options = f" Options: {', '.join(ask.options)}." if ask.options else ""
    return (
        f"Not clear: {ask.question}{options} Call again with that if the person's words or the thread settle it; "
        "else ask the person exactly this and stop."
    )


def refused(turn: Turn, decision: Decision) -> str:
    """Whose right is missing, and who has it: a model must not try again, and has something to say."""
    who = turn.request.actor.name or turn.request.actor.user
    may = f" Who may: {', '.join(decision.who_may)}." if decision.who_may else ""
    return f"Not allowed for {who}: {decision.reason}.{may} Asking again will not help; tell the person."


def learn(turn: Turn, tool: str, result: Result) -> None:
    """What arguments of a later plan may come from, and which words may not be trusted.

    Of a result with foreign text only its inventory, names that code put into references and trusted values count.
    """
    turn.taint.typed(dataclasses.asdict(result.scope))
    if not result.untrusted:
        turn.taint.typed(result.data)
        return
    turn.taint.suspect(SOURCES.get(tool, f"text seen by {tool}"), result.digest)
    turn.taint.typed(result.inventory)
    turn.taint.typed([e.value for e in result.evidence if not e.untrusted])
    turn.taint.typed([name for e in result.evidence for name in _names(e.ref)])


def _names(ref: str) -> tuple[str, ...]:
    """The object names of `k8s:<cluster>/<ns>/<kind>/<name>#path`."""
    kind, _, rest = ref.partition(":")
    return tuple(rest.partition("#")[0].partition("@")[0].split("/")) if kind in {"k8s", "log"} else ()

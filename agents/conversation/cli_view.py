"""Outcomes as JSON for `ask --json`, and routes for `route --json`: fixed keys, other programs read them."""

from __future__ import annotations

from typing import Any

from agents.outcomes import Answer, Failure, Outcome, Question, Refusal, ToolUse
from agents.planner import Route
from tools.spec import Evidence


def to_json(outcome: Outcome) -> dict[str, Any]:
    """`{answer, evidence[], tools[], plans[], model, tokens, ms}`, and what kind of outcome it was."""
    if isinstance(outcome, Answer):
        return _answer(outcome)
    empty: dict[str, Any] = {
        "answer": spoken(outcome), "evidence": [], "tools": [], "plans": [], "model": "offline", "tokens": 0, "ms": 0,
    }  # fmt: skip
    if isinstance(outcome, Question):
        return empty | {
            "kind": "question",
            "options": list(outcome.options),
            "tools": [_use(t) for t in outcome.tools],
        }
    if isinstance(outcome, Refusal):
        return empty | {"kind": "refusal", "who_may": list(outcome.who_may), "reference": outcome.reference}
    return empty | {"kind": "failure", "reference": outcome.reference}


def route_to_json(key: str, route: Route) -> dict[str, Any]:
    """`{id, kind, tool, args, tools[], confidence}`."""
    return {"id": key, **route.to_json()}


def spoken(outcome: Outcome) -> str:
    """The outcome as one text."""
    if isinstance(outcome, Failure):
        what = outcome.what.rstrip()
        ended = what if what.endswith((".", "?", "!", ":", "…")) else f"{what}."
        return f"{ended} {outcome.changed} {outcome.next_step}"
    if isinstance(outcome, Question) and outcome.options:
        return f"{outcome.text} Options: {' / '.join(outcome.options)}"
    return outcome.text


def _answer(answer: Answer) -> dict[str, Any]:
    scope = answer.scope
    named = {
        name: getattr(scope, name)
        for name in ("cluster", "namespace", "service", "compartment", "region", "since")
    }
    return {
        "answer": answer.text,
        "evidence": [_evidence(item) for item in answer.evidence],
        "tools": [_use(use) for use in answer.tools],
        "plans": list(answer.plans),
        "model": answer.model,
        "tokens": answer.tokens,
        "ms": answer.ms,
        "kind": "answer",
        "ruled_out": list(answer.ruled_out),
        "could_not_see": list(answer.could_not_see),
        "scope": {name: value for name, value in named.items() if value},
        "notes": list(answer.notes),
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {"ref": item.ref, "label": item.label, "value": item.value, "untrusted": item.untrusted}


def _use(use: ToolUse) -> dict[str, Any]:
    return {"name": use.name, "args": dict(use.args), "ok": use.ok, "ms": use.ms}

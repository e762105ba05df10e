"""Calls that gave no result, as outcomes: asked back, refused, or failed, each with its audit reference."""

from __future__ import annotations

from agents.conversation.again import again
from agents.conversation.work import Work
from agents.gate.called import Called
from agents.outcomes import Failure, Outcome, Question, Refusal

_NEXT = {
    "later": "Try again in a moment.",
    "gone": "Check the name, or ask me to list what is there.",
    "not_allowed": "Ask whoever runs the cluster to grant it, or ask about something else.",
    "invalid": "Say it in other words, with the exact name.",
}
_ASK_ORACLE = "Ask whoever administers Oracle Cloud, or ask about something else."


def failed(work: Work, called: Called) -> Outcome:
    """The outcome of a turn whose one needed call did not succeed."""
    if called.kind == "ask" and called.ask is not None:
        return ask_back(work, called)
    reference = f"audit:{called.audit}" if called.audit else work.turn.request.id
    if called.kind == "refused":
        return Refusal(_sentence(called.error), called.who_may, reference)
    what = _sentence(called.error or f"{called.name} gave no answer")
    return Failure(what, "Nothing was changed.", _next(called), reference)


def _next(called: Called) -> str:
    if called.kind == "not_allowed" and called.name.startswith(("oci", "cost")):
        return _ASK_ORACLE
    return _NEXT.get(called.kind, _NEXT["later"])


def ask_back(work: Work, called: Called) -> Question:
    """The gate's question, its options as whole sentences that a person may send."""
    if called.ask is None:
        return Question(called.error)
    options = tuple(_again(work, called, option) for option in called.ask.options)
    return Question(_sentence(called.ask.question), options, work.log.uses())


def _again(work: Work, called: Called, option: str) -> str:
    route = work.route.args
    typed = str(called.args.get("service") or route.get("service") or route.get("name") or "")
    if not typed and called.ask is not None:
        typed = _doubted(called, called.ask.question)
    namespace = str(called.args.get("namespace") or route.get("namespace") or "")
    return again(work.text, typed, namespace, option)


def _doubted(called: Called, question: str) -> str:
    """The value that the question repeats: "I see no compartment 'prod'" doubts `prod`."""
    values = (value for value in called.args.values() if isinstance(value, str))
    return next((value for value in values if value and repr(value) in question), "")


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."

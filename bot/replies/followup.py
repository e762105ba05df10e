"""What the bot says in the thread when a change has ended: one short message with numbers and what to ask next."""

from __future__ import annotations

from agents.changes.requests import PlanView
from agents.outcomes import Answer
from bot.replies.states import words_of
from tools.spec import Evidence, Scope

TOLD = frozenset({"succeeded", "rolled_back", "rollback_failed", "failed", "unknown", "void"})


def tells(view: PlanView) -> bool:
    """Endings that people decided themselves are on the card; a reason is for who asked, and an edit calls nobody."""
    return (view.state in TOLD or bool(view.state == "rejected" and view.why)) and not view.altered


def followup(view: PlanView) -> Answer:
    if view.state == "rejected":
        return _rejected(view)
    headline, rest = words_of(view)
    target = view.target
    base = f"k8s:{target.cluster}/{target.namespace}/{target.kind.lower()}/{target.name}"
    numbers = tuple(
        Evidence(base, name, f"{before or 'unknown'} before, {after} after")
        for name, before, after in view.before_after
        if after
    )
    return Answer(
        text=f"**{headline}:** {view.title}. {rest}{_saved(view)}",
        scope=Scope(cluster=target.cluster, namespace=target.namespace),
        evidence=numbers,
        suggestions=suggestions(view),
        model="no model",
    )


def _saved(view: PlanView) -> str:
    """What stands in the ledger now."""
    return f" It saves {view.saving}." if view.saving and view.state == "succeeded" else ""


def _rejected(view: PlanView) -> Answer:
    """The reason as it was given, and what it means for this thread."""
    text = (
        f"**Rejected:** {view.title}. {view.ended_by} gave this reason: “{view.why}”. Nothing was changed, and I do not "
        "propose the same here again unless somebody orders it anew."
    )
    return Answer(text=text, model="no model")


def suggestions(view: PlanView) -> tuple[str, ...]:
    name = view.target.name
    if view.state == "succeeded":
        return (f"is {name} healthy now?", f"show me {name}'s last errors")
    if view.state == "void":
        return (f"what changed in {name}?",)
    return (f"why is {name} failing?", f"what changed in {name}?")

"""What the bot says in the thread when a change has ended: one short message with numbers and what to ask next."""

from __future__ import annotations

from agents.changes.requests import PlanView
from agents.outcomes import Answer
from bot.replies.states import words_of
from tools.spec import Evidence, Scope

TOLD = frozenset({"succeeded", "rolled_back", "rollback_failed", "failed", "unknown", "void"})


def tells(view: PlanView) -> bool:
    """Endings that people decided themselves are on the card; nobody needs to be told."""
    return view.state in TOLD and not view.altered


def followup(view: PlanView) -> Answer:
    headline, rest = words_of(view)
    target = view.target
    base = f"k8s:{target.cluster}/{target.namespace}/{target.kind.lower()}/{target.name}"
    numbers = tuple(
        Evidence(base, name, f"{before or 'unknown'} before, {after} after")
        for name, before, after in view.before_after
        if after
    )
    return Answer(
        text=f"**{headline}:** {view.title}. {rest}",
        scope=Scope(cluster=target.cluster, namespace=target.namespace),
        evidence=numbers,
        suggestions=suggestions(view),
        model="no model",
    )


def suggestions(view: PlanView) -> tuple[str, ...]:
    name = view.target.name
    if view.state == "succeeded":
        return (f"is {name} healthy now?", f"show me {name}'s last errors")
    if view.state == "void":
        return (f"what changed in {name}?",)
    return (f"why is {name} failing?", f"what changed in {name}?")

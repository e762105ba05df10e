"""What stands in the audit channel of a plan that has ended: what it was, who asked, who decided, and what it came to."""

from __future__ import annotations

from agents.changes.requests import PlanView, Vote
from agents.changes.reviews import ReviewView
from agents.outcomes import Answer
from bot.replies.states import words_of
from tools.spec import Scope


def record_of(view: PlanView) -> Answer:
    headline, rest = words_of(view)
    if view.altered:
        return Answer(
            text=f"**{headline}:** plan {view.id}. {rest}", notes=(_sealed(view),), model="no model"
        )
    return Answer(
        text=f"**{_headline(view, headline)}:** {view.title}. {rest}\n\n{_who(view)}",
        scope=Scope(cluster=view.target.cluster, namespace=view.target.namespace),
        notes=(f"{view.environment}, {view.risk} risk, {view.action}", _sealed(view)),
        model="no model",
    )


def glass_of(review: ReviewView, view: PlanView | None) -> Answer:
    """Loud, and in one piece: what ran without whose word, who says so and why, and what is owed now."""
    what = "a plan" if view is None or view.altered else f"{view.title} on {view.target}"
    if review.passed_over.startswith("pre-authorised"):
        return _alone(review, what)
    asked = f" Asked for by {view.requester}." if view is not None and not view.altered else ""
    return Answer(
        text=f"**BREAK-GLASS by {review.broken_by}:** {what} runs without the usual approvals. "
        f"Why: {review.reason}.{asked} Passed over: {review.passed_over}.\n\n"
        f"Another person reviews it: `/cloudops reviews close {review.plan.id} <how it was>`.",
        notes=(f"{review.plan.id}, sealed as {review.plan.hash[:16]}",),
        model="no model",
    )


def _alone(review: ReviewView, what: str) -> Answer:
    return Answer(
        text=f"**PRE-AUTHORISED, by {review.broken_by} alone:** {what} runs. On duty, {review.reason}; nobody stopped "
        f"the countdown. {review.passed_over[:1].upper()}{review.passed_over[1:]}.\n\n"
        f"Another person reviews it: `/cloudops reviews close {review.plan.id} <how it was>`.",
        notes=(f"{review.plan.id}, sealed as {review.plan.hash[:16]}",),
        model="no model",
    )


def reviewed(review: ReviewView) -> Answer:
    return Answer(
        text=f"**Break-glass reviewed by {review.closed_by}:** {review.title}, run by {review.broken_by}. "
        f"{review.words}",
        notes=(f"{review.plan.id}, sealed as {review.plan.hash[:16]}",),
        model="no model",
    )


def _who(view: PlanView) -> str:
    why = f": {view.reason}" if view.reason else ""
    unaudited = " **Its outcome is not in the audit yet.**" if view.unaudited else ""
    return f"Asked for by {view.requester}{why}. {_votes(view.votes)}{unaudited}"


def _votes(votes: tuple[Vote, ...]) -> str:
    said = [f"{v.name}: {v.decision}" + (f" ({v.reason})" if v.reason else "") for v in votes]
    return f"Decisions: {', '.join(said)}." if said else "Nobody decided on it."


def _headline(view: PlanView, headline: str) -> str:
    """What waited for people in vain is nobody's decision, and somebody should hear of it."""
    return f"{headline} unseen" if view.state == "expired" and not view.votes else headline


def _sealed(view: PlanView) -> str:
    return f"{view.id}, sealed as {view.hash[:16]}"

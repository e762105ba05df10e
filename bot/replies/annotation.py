"""A change on Grafana's graphs: what it was, how it ended, who asked and approved, and where its card is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any, Final

from agents.changes.outcome import Outcome
from agents.changes.requests import PlanView
from bot.replies.states import approvers, words_of

OURS: Final = "cloudops"
PLAN_TAG: Final = "plan:{}"
LONGEST: Final = 400


def annotation_of(
    view: PlanView, outcome: Outcome, clean: Callable[[str], str], card: str = ""
) -> dict[str, Any]:
    """The body of `POST /api/annotations`; times in milliseconds. Grafana shows the text as HTML: nothing of ours is any but the link."""
    begins, ends = _ms(outcome.started_at), _ms(outcome.ended_at or outcome.started_at)
    return {
        "time": begins,
        "timeEnd": max(begins, ends),
        "tags": _tags(view),
        "text": _text(view, clean, card),
    }


def _tags(view: PlanView) -> list[str]:
    place = view.target.namespace or view.target.compartment
    found = (
        OURS,
        PLAN_TAG.format(view.id),
        view.state,
        view.action,
        view.environment,
        place,
        view.target.name,
    )
    return list(dict.fromkeys(tag[:100] for tag in found if tag))


def _text(view: PlanView, clean: Callable[[str], str], card: str) -> str:
    headline, _ = words_of(view)
    why = f": {view.reason}" if view.reason else ""
    lines = (
        f"{view.title}. {headline}.",
        f"Asked for by {view.requester}{why}. Approved by {approvers(view)}.",
        view.id,
    )
    safe = [escape(clean(line)[:LONGEST]) for line in lines]
    link = (
        [f'<a href="{escape(card)}">its card in Slack</a>']
        if card.startswith(("https://", "http://"))
        else []
    )
    return "\n".join([*safe, *link])


def _ms(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)

"""What a digest says, built from what was recorded: the same input, the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.changes.requests import PlanView
from agents.digests.digest import KINDS, SHOWN, Digest, Item, Part
from storage.incidents import IncidentRow

WAITING = "pending"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a digest is made of: what its owner may see, and nothing else."""

    since: datetime
    now: datetime
    plans: Sequence[PlanView]  # that wait, or were made since; any order
    incidents: Sequence[IncidentRow] = ()
    duty: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()  # what could not be read, in words


def compose(kind: str, seen: Seen) -> Digest:
    """What changed since the last one comes first."""
    parts = tuple(part for part in _parts(kind, seen) if part.items)
    who = _on_duty(seen) if kind == "handover" else ""
    said = "; ".join(f"{len(part.items) + part.left} {part.title.lower()}" for part in parts)
    since = f"since {seen.since:%F %H:%M} UTC"
    text = f"{said} ({since})." if parts else f"Nothing {_of(kind)} {since}."
    return Digest(KINDS[kind], f"{text}{who}", parts, seen.problems)


def _of(kind: str) -> str:
    return "waits for approval, and nothing new came" if kind == "approvals" else "happened"


def _on_duty(seen: Seen) -> str:
    return f" On duty now: {', '.join(seen.duty) or 'nobody as far as the policy says'}."


def _parts(kind: str, seen: Seen) -> list[Part]:
    waiting = [plan for plan in seen.plans if plan.state == WAITING]
    fresh = [plan for plan in waiting if _made(plan) > seen.since]
    old = [plan for plan in waiting if _made(plan) <= seen.since]
    plans = [_part("New plans that wait", fresh, seen), _part("Plans that waited before", old, seen)]
    if kind == "approvals":
        return plans
    decided = [plan for plan in seen.plans if plan.state != WAITING]
    return [*_of_incidents(seen), _part("Plans made since and ended or under way", decided, seen), *plans]


def _of_incidents(seen: Seen) -> list[Part]:
    opened = [row for row in seen.incidents if row.closed_at is None]
    closed = [row for row in seen.incidents if row.closed_at is not None]
    return [
        Part(
            "Incidents open",
            tuple(Item(f"{r.title}, since {r.declared_at:%F %H:%M} UTC", lead="incident") for r in opened),
        ),
        Part(
            "Incidents closed",
            tuple(Item(f"{r.title}{f': {r.note}' if r.note else ''} ({r.id})") for r in closed),
        ),
    ]


def _part(title: str, plans: Sequence[PlanView], seen: Seen) -> Part:
    """Oldest first: what waited longest is the most pressing."""
    ordered = sorted(plans, key=lambda plan: (plan.created_at, plan.id))
    return Part(title, tuple(_item(plan, seen) for plan in ordered[:SHOWN]), max(0, len(ordered) - SHOWN))


def _item(plan: PlanView, seen: Seen) -> Item:
    """Of a plan that somebody edited in the store no content is repeated."""
    if plan.altered:
        return Item(f"{plan.id}: the stored plan is not the sealed one", plan.channel, plan.card_ts)
    hours, minutes = divmod(int((seen.now - _made(plan)).total_seconds()) // 60, 60)
    age = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    state = plan.state.replace("_", " ")
    text = (
        f"{plan.title} ({plan.risk} risk, {plan.environment}), asked by {plan.requester} {age} ago, {state}"
    )
    return Item(text, plan.channel, plan.card_ts, f"plans show {plan.id}")


def _made(plan: PlanView) -> datetime:
    return datetime.fromisoformat(plan.created_at)

"""What is new about an incident, each with a key of its own, so that it is said once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agents.triage.correlate import Incident
from agents.triage.history import ASSIGNED, ESCALATED, FOUND, History
from bot.core import Core
from bot.replies.findings import who
from bot.replies.text import Outbound
from storage.states import PlanState

News = tuple[tuple[str, str], ...]
ENDED = {
    PlanState.SUCCEEDED: "succeeded",
    PlanState.FAILED: "failed",
    PlanState.ROLLED_BACK: "failed and was rolled back",
    PlanState.ROLLBACK_FAILED: "failed, and so did its roll-back",
    PlanState.UNKNOWN: "ended, and how is not known",
    PlanState.REJECTED: "was rejected",
}


async def news_of(core: Core, incident: Incident, history: History, since: datetime, out: Outbound) -> News:
    """In the order of telling. `since`: what fired before is on the card."""
    found: list[tuple[str, str]] = []
    found += _alerts(incident, since, out)
    found += _looked(history, out)
    found += await _plans(core, history, out)
    found += _people(history, since)
    if not incident.firing:
        found.append((f"over:{incident.last.isoformat()}", "Nothing of it fires any more."))
    return tuple(found)


def _alerts(incident: Incident, since: datetime, out: Outbound) -> Iterable[tuple[str, str]]:
    for mark, one in incident.seen.items():
        if one.first > since and one.firing:
            yield f"alert:{mark}", f"New: {out.mrkdwn(one.alert.name, 120)} fires."


def _looked(history: History, out: Outbound) -> Iterable[tuple[str, str]]:
    note, found = history.last(FOUND), history.found
    if note is None or not found or not found.get("hypotheses"):
        return
    first = found["hypotheses"][0]
    proof = f" ({out.mrkdwn(first['for'][0], 160)})" if first.get("for") else ""
    yield f"found:{note.id}", f"May be behind it: {out.mrkdwn(first['words'], 300)}{proof}."


async def _plans(core: Core, history: History, out: Outbound) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for note in history.plans:
        plan_id, what = str(note.detail["plan"]), out.mrkdwn(str(note.detail["what"]), 200)
        found.append((f"plan:{plan_id}", f"Proposed: {what}, as `{plan_id}`. It waits for people."))
        row = await core.db.read_whole(lambda tx, key=plan_id: core.db.plans.get(tx, key))  # type: ignore[misc] # bound now
        if row is not None and (ended := ENDED.get(row.state)):
            found.append((f"plan:{plan_id}:{row.state.value}", f"{what} (`{plan_id}`) {ended}."))
    return found


def _people(history: History, since: datetime) -> Iterable[tuple[str, str]]:
    words = {ASSIGNED: "has it", ESCALATED: "escalated it"}
    for note in history.notes:
        if note.kind in words and note.at > since:
            yield f"note:{note.id}", f"{who(note.actor)} {words[note.kind]}."

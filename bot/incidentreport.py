"""The file of an incident: hand-over summary, timeline, and the draft of what is written after it. From the record alone; no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.triage.correlate import Incident
from agents.triage.history import ASSIGNED, ESCALATED, FOUND, PLANNED, POSTED, QUIET, SNOOZED, History
from bot.core import Core
from bot.incidentpast import fixed_by
from bot.replies.incident import about, services_of
from bot.replies.text import Outbound, duration
from bot.uploads import Uploads
from storage.triage import AlertRow, TriageRow
from storage.triagenotes import NoteRow

MOST = 300  # lines of the timeline
Line = tuple[datetime, str]


@dataclass
class Reports:
    core: Core
    uploads: Uploads
    out: Outbound

    async def hand_out(self, row: TriageRow, incident: Incident, history: History, name: str) -> None:
        """Into the card's thread, once under that name. Raises StoreUnavailable, SlackAwayError."""
        alerts = await self.core.db.read_whole(lambda tx: self.core.db.triage.alerts(tx, row.id))
        fixed = await fixed_by(self.core, incident)
        text = report(incident, history, alerts, self.core.clock.now(), name=self._name, fixed=fixed)
        await self.uploads.once(
            row.channel, row.ts, name, self.out.plain(text).encode(), "Timeline, hand-over and draft"
        )

    def _name(self, account: str) -> str:
        policy = self.core.policy.policy
        found = next((p for p in policy.people if account in p.accounts), None)
        return found.name if found else account


def report(
    incident: Incident, history: History, alerts: Sequence[AlertRow], now: datetime, *, name: Any = str, fixed: str = ""
) -> str:  # fmt: skip
    """Markdown. What others wrote stands in it as they wrote it, one line each."""
    return "\n".join(
        (
            f"# {_line(about(incident))}", "",
            f"Incident {incident.id}, written {_at(now)} from the record. No model wrote any of it.", "",
            "## Hand-over", "", *hand_over(incident, history, now, name), "",
            "## Timeline", "", *_timeline(alerts, history, name), "",
            "## Draft of the post-incident review", "", *_draft(incident, history, now, fixed), "",
        )
    )  # fmt: skip


def hand_over(incident: Incident, history: History, now: datetime, name: Any) -> Iterable[str]:
    resolved, owner = history.resolved(incident), history.last(ASSIGNED)
    firing = [one for one in incident.seen.values() if one.firing]
    state = f"{len(firing)} of {len(incident.seen)} alerts fire" if firing else "nothing fires any more"
    yield f"- State: {state}{f'; resolved by {name(resolved.actor)}' if resolved else ''}."
    yield f"- Began {_at(incident.began)}, {duration((now - incident.began).total_seconds())} ago."
    yield f"- Services: {', '.join(services_of(incident)) or 'none that the alerts name'}."
    yield f"- Owner: {name(owner.actor) if owner else 'nobody yet'}."
    if until := history.snoozed(now):
        yield f"- Snoozed until {_at(until)}."
    yield from (
        f"- Proposed: {_line(str(one.detail['what']))} ({one.detail['plan']})." for one in history.plans
    )
    found = history.found or {}
    yield from (f"- May be behind it: {_line(one['words'])}" for one in found.get("hypotheses", ()))
    yield from (f"- Not seen: {_line(gap)}" for gap in found.get("gaps", ()))


def _timeline(alerts: Sequence[AlertRow], history: History, name: Any) -> list[str]:
    told: list[Line] = [(one.heard, _alert(one.alert)) for one in alerts]
    noted: list[Line] = [(one.at, _note(one, name)) for one in history.notes if one.kind not in QUIET]
    lines = [f"- {_at(at)} {text}" for at, text in sorted(told + noted)]
    left = len(lines) - MOST
    return [*lines[: MOST // 2], f"- ({left} lines are left out)", *lines[-MOST // 2 :]] if left > 0 else lines  # fmt: skip


def _alert(alert: Mapping[str, Any]) -> str:
    text = f": {_line(alert['text'])}" if alert.get("text") else ""
    return f"{alert['source']}: {_line(alert['name'])} {'fires' if alert['status'] == 'firing' else 'is over'}{text}"


def _note(note: NoteRow, name: Any) -> str:
    if note.kind == POSTED:
        return "the card was posted"
    if note.kind == FOUND:
        return f"looked into by code: {len(note.detail['hypotheses'])} hypotheses"
    if note.kind == PLANNED:
        return f"triage proposed: {_line(str(note.detail['what']))} ({note.detail['plan']})"
    said = f": {_line(str(note.detail['words']))}" if note.detail.get("words") else ""
    until = f" until {_at(datetime.fromisoformat(note.detail['until']))}" if note.kind == SNOOZED else ""
    words = {ASSIGNED: "took it", ESCALATED: "escalated it"}.get(note.kind, f"{note.kind}")
    return f"{name(note.actor)} {words}{until}{said}"


def _draft(incident: Incident, history: History, now: datetime, fixed: str) -> Iterable[str]:
    until = now if incident.firing else incident.last
    yield f"- Impact: {', '.join(services_of(incident)) or '(to be written)'} for {duration((until - incident.began).total_seconds())} by the alerts; what users noticed: (to be written)."
    first = next(iter((history.found or {}).get("hypotheses", ())), None)
    cause = f"probably: {_line(first['words'])} (not confirmed)" if first else "(to be written)"
    yield f"- Cause: {cause}"
    yield f"- What fixed it: {_line(fixed)}."
    yield "- What went well: (to be written)"
    yield "- What went badly: (to be written)"
    yield "- What is done so that it does not happen again, by whom, until when: (to be written)"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _line(text: str) -> str:
    """Of others: one line, no heading or list of its own, no HTML."""
    return " ".join(text.split()).replace("<", "&lt;").replace("`", "'")[:300]

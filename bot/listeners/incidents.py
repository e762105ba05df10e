"""Buttons of an incident's card. The clicker is who the signed envelope says; their right is judged when the click comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from agents.gate.records import decided, said_by
from agents.outcomes import Answer, Failure, Outcome, Refusal
from agents.policy import Decision, Permission
from agents.triage.correlate import Incident
from agents.triage.history import (
    ASSIGNED,
    CLAIMED,
    ESCALATED,
    QUIET,
    REPORTED,
    RESOLVED,
    SILENCED,
    SNOOZED,
    History,
)
from agents.triage.kept import incident_from
from agents.triage.silencing import silencing
from bot.commands.context import turn_of
from bot.core import Core
from bot.incidentcards import IncidentCards
from bot.incidentreport import Reports
from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.findings import ASSIGN, ESCALATE, REPORT, RESOLVE, SILENCE, SNOOZE
from bot.replies.incident import about
from bot.replies.text import mention
from bot.responding import Responding
from bot.telling import SlackAwayError
from bot.touched import touched
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.ids import new_id
from storage.plans import PlanRow
from storage.triage import TriageRow
from storage.triagenotes import NoteRow
from tools.spec import Scope

NOTHING = "Nothing was changed."
SNOOZE_FOR: Final = timedelta(hours=1)
AGAIN: Final = timedelta(hours=1)  # a silence may be proposed again
BUSY: Final = timedelta(seconds=90)  # whoever pressed a button longer ago does not end any more
FRESH: Final = timedelta(minutes=10)  # so long a file that tells nothing new is not written again
CLAIM: Final = "claim"
CALLED: Final = 10  # people
NEEDS: Mapping[str, Permission] = {
    ASSIGN: Permission.MONITORING_WRITE,
    SNOOZE: Permission.MONITORING_WRITE,
    RESOLVE: Permission.MONITORING_WRITE,
    ESCALATE: Permission.NOTIFICATIONS_SEND,
    SILENCE: Permission.REMEDIATION_EXECUTE,
    REPORT: Permission.MONITORING_READ,
}
KINDS = {ASSIGN: ASSIGNED, SNOOZE: SNOOZED, RESOLVE: RESOLVED, ESCALATE: ESCALATED}
LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")


@dataclass(frozen=True, slots=True)
class _Clicked:
    work: Admitted
    action: str
    row: TriageRow
    incident: Incident
    history: History


@dataclass
class IncidentClicks:
    core: Core
    cards: IncidentCards
    outgoing: Outgoing
    responding: Responding
    reports: Reports

    async def __call__(self, work: Admitted) -> None:
        try:
            told = await self._done(work)
        except StoreUnavailable:
            told = LATER
        except SlackAwayError as error:
            told = Failure(f"Slack did not take it: {error}", NOTHING, "Click again in a minute.", work.row_id)  # fmt: skip
        if told is not None:
            footer = Footer(request=work.row_id, correlation=work.request.correlation)
            await self.responding.whisper(work, render(told, self.cards.out, footer))

    async def _done(self, work: Admitted) -> Outcome | None:
        """None: everybody sees it on the card."""
        action, key = str(work.payload.get("action_id", "")), str(work.payload.get("value", ""))
        db = self.core.db
        row = await db.read_whole(lambda tx: db.triage.get(tx, key))
        if row is None or row.workspace != work.place.workspace or row.channel != work.place.channel:
            return Refusal(f"I know no such incident here. {NOTHING}", reference=work.row_id)
        notes = await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.id,)))
        incident = incident_from(row, self.cards.topology())
        one = _Clicked(work, action, row, incident, History.of(notes))
        if refusal := await self._refused(one):
            return refusal
        if stale := _stale(one):
            return Refusal(f"{stale} {NOTHING}", reference=work.row_id)
        special: dict[str, Callable[[_Clicked], Awaitable[Outcome | None]]] = {
            SILENCE: self._silence,
            ESCALATE: self._escalate,
            REPORT: self._report,
        }
        return await special[action](one) if action in special else await self._noted(one)

    # rights

    async def _refused(self, one: _Clicked) -> Refusal | None:
        """On record either way."""
        work, policy = one.work, self.core.policy.policy
        judged = [
            policy.decide(work.actor, work.place, NEEDS[one.action], scope) for scope in self._scopes(one)
        ]
        decision = next((each for each in judged if not each.allow), judged[0])
        seq = await self.core.trail.note(self._event(one, EventType.AUTHZ_DECISION, decision))
        if decision.allow:
            return None
        return Refusal(f"Not allowed: {decision.reason}. {NOTHING}", decision.who_may, f"audit:{seq}")

    def _scopes(self, one: _Clicked) -> list[Scope]:
        """Everywhere that the incident touches; of one that says nowhere the right anywhere here is enough."""
        return touched(one.incident, self.core.services) or [Scope()]

    def _event(self, one: _Clicked, kind: EventType, decision: Decision | None = None, **more: Any) -> AuditEvent:  # fmt: skip
        detail = {"what": "incident", "incident": one.row.id, **more}
        judged = decided(decision, self.core.policy.policy) if decision else None
        said = said_by(turn_of(one.work.request))
        return AuditEvent(type=kind, **said, tool=one.action, decision=judged, detail=detail, result=KINDS.get(one.action, ""))  # fmt: skip

    # what they do

    async def _noted(self, one: _Clicked, kind: str = "", claim: NoteRow | None = None, **detail: Any) -> Outcome | None:  # fmt: skip
        """Judged once more inside the transaction: of two clicks at once the second hears of the first."""
        kind = kind or KINDS[one.action]
        if kind == SNOOZED:
            detail["until"] = (self.core.clock.now() + SNOOZE_FOR).isoformat()
        event = self._event(one, EventType.CONFIG_CHANGED, None, **detail)

        async def write(tx: Tx) -> str:
            row = await self.core.db.triage.at(tx, one.row.id)
            notes = await self.core.db.triage_notes.of(tx, (one.row.id,))
            topology = self.cards.topology()
            now = _Clicked(one.work, one.action, one.row, incident_from(row or one.row, topology), History.of(notes))  # fmt: skip
            if kind in KINDS.values() and (stale := _stale(now)):
                return stale
            await self.core.db.triage_notes.add(tx, self._note(one, kind, detail))
            if claim is not None:
                await self.core.db.triage_notes.drop(tx, claim.id)
            await self.core.db.triage.told(tx, one.row.id)
            await self.core.trail.record(tx, event)
            return ""

        stale = await self.core.db.write_whole(write)
        return Refusal(f"{stale} {NOTHING}", reference=one.work.row_id) if stale else None

    def _note(self, one: _Clicked, kind: str, detail: Mapping[str, Any]) -> NoteRow:
        row, at = one.row, self.core.clock.now()
        return NoteRow(new_id("note_"), row.workspace, row.id, row.channel, at, kind, one.work.actor.id, detail)  # fmt: skip

    async def _escalate(self, one: _Clicked) -> Outcome | None:
        """Whoever is on duty is called by name in the card's thread. Once: whoever escalates again hears that it was."""
        duty = await self.core.duty.on_duty(one.row.channel, self.core.clock.now())
        users = [account.partition(":")[2] for p in duty.people for account in p.accounts[:1]]
        called = " ".join(mention(user) for user in users[:CALLED] if user[:1] in "UW")
        if not called:
            return Refusal(f"I know nobody on duty for this channel. {NOTHING}", reference=one.work.row_id)
        text = self.cards.out.mrkdwn(f"is asked to look at this: {about(one.incident)}", 300)
        message = Message(f"{called} {text}")
        before = sum(note.kind == ESCALATED for note in one.history.notes)
        # Called first, once however often it is clicked: a note of a call that never came would refuse the next click.
        await self.outgoing.post(f"escalated:{one.row.id}:{before}", one.row.channel, one.row.ts, message)
        return await self._noted(one)

    async def _silence(self, one: _Clicked) -> Outcome | None:
        """A proposal in the clicker's name, with everything that one needs. One of those who click at once makes it."""
        action, args = silencing(one.incident)
        if not action:
            return Refusal(f"The alert does not say which namespace or alarm it is of. {NOTHING}", reference=one.work.row_id)  # fmt: skip
        claimed = await self._claimed(one)
        if not isinstance(claimed, NoteRow):
            return claimed
        made = await self.core.changes.propose(turn_of(one.work.request), action, args, f"incident {one.row.id}")  # fmt: skip
        if not isinstance(made, PlanRow):
            await self.core.db.write_whole(lambda tx: self.core.db.triage_notes.drop(tx, claimed.id))
            return made
        what = f"silence {args.get('alert') or args.get('resource')}"
        await self._noted(one, SILENCED, claimed, plan=made.id, what=what)
        return None

    async def _report(self, one: _Clicked) -> Outcome | None:
        claimed = await self._claimed(one)
        if not isinstance(claimed, NoteRow):
            return claimed
        name = f"{one.row.id}-{claimed.id[-6:].lower()}.md"
        await self.reports.hand_out(one.row, one.incident, one.history, name)
        await self._noted(one, REPORTED, claimed)
        return Answer("The file is in the thread of the card.", model="no model")

    async def _claimed(self, one: _Clicked) -> NoteRow | Refusal:
        """The click's own claim, also when it is tried again after its process died; or who was first."""
        key = f"{CLAIM}:{one.work.row_id}"
        claim = replace(self._note(one, CLAIMED, {"action": one.action}), id=key)

        async def write(tx: Tx) -> str:
            db = self.core.db
            row = await db.triage.at(tx, one.row.id)
            history = History.of(await db.triage_notes.of(tx, (one.row.id,)))
            if any(note.id == key for note in history.notes):
                return ""
            now = replace(one, incident=incident_from(row or one.row, self.cards.topology()), history=history)
            if stale := _stale(now) or _at_it(now, claim.at):
                return stale
            await db.triage_notes.add(tx, claim)
            return ""

        stale = await self.core.db.write_whole(write)
        return Refusal(f"{stale} {NOTHING}", reference=one.work.row_id) if stale else claim


def _at_it(one: _Clicked, now: datetime) -> str:
    """Who pressed the same button a moment ago and is not done; whoever does not end any more is passed over, also by a
    clock that was set back since.
    """
    for note in one.history.notes:
        if note.kind == CLAIMED and note.detail.get("action") == one.action and abs(now - note.at) < BUSY:
            return f"Somebody pressed it at {note.at:%H:%M:%S} UTC, and it is being done."
    return ""


def _stale(one: _Clicked) -> str:
    """Why the click comes too late; empty while it does not."""
    who, history = one.work.actor.id, one.history
    if one.action == REPORT:
        return _told(one)
    if note := history.resolved(one.incident):
        return f"This incident was resolved at {note.at:%H:%M} UTC."
    if not one.incident.firing:
        return "Nothing of this incident fires any more."
    if one.action == ASSIGN and (note := history.last(ASSIGNED)) and note.actor == who:
        return "You have it already."
    if one.action == SNOOZE and (until := history.snoozed(one.work.request.at)):
        return f"It is snoozed already, until {until:%H:%M} UTC."
    if one.action == ESCALATE and (note := history.escalated()):
        return f"It was escalated at {note.at:%H:%M} UTC already."
    if one.action == SILENCE and (note := history.last(SILENCED)) and one.work.request.at - note.at < AGAIN:
        return f"A silence was proposed at {note.at:%H:%M} UTC already, as {note.detail.get('plan')}."
    return ""


def _told(one: _Clicked) -> str:
    """The same file again would tell nothing new."""
    note = one.history.last(REPORTED)
    later = [each for each in one.history.notes if note and each.at > note.at and each.kind not in QUIET]
    if note is None or later or one.incident.last > note.at or one.work.request.at - note.at > FRESH:
        return ""
    return f"The file of {note.at:%H:%M} UTC is in the thread; nothing has changed since."

"""Incidents worth a notification: opened, worse, escalated, taken by somebody, over. Read from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from agents.notifications.event import Action, Event
from agents.policy.destinations import Severity
from agents.triage.history import ASSIGNED, ESCALATED, SNOOZED
from agents.triage.kept import incident_from
from agents.triage.topology import Topology
from bot.core import Core
from bot.notify.stretches import Stretch, heard, stretches
from bot.replies.incident import about, services_of
from storage.incidents import IncidentRow
from storage.triage import AlertRow, TriageRow
from storage.triagenotes import NoteRow

SINCE: Final = timedelta(hours=24)
LATELY: Final = timedelta(hours=1)  # what began or was said before is not told any more
MOST: Final = 5000


@dataclass
class IncidentEvents:
    """`_known`: what was looked at last of each, so that nothing is read twice."""

    core: Core
    workspace: str
    _known: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    async def found(self) -> list[Event]:
        db, now = self.core.db, self.core.clock.now()
        rows = await db.read_whole(partial(db.triage.live, workspace=self.workspace, since=now - SINCE))
        events: list[Event] = []
        for row in rows:
            if self._known.get(row.id) != (row.version, row.last):
                events += await self._of(row, now)
        self._known = {row.id: known for row in rows if (known := self._known.get(row.id))}
        declared = await db.read_whole(
            partial(db.incidents.lately, workspace=self.workspace, since=now - LATELY)
        )
        return [*events, *(event for one in declared for event in _declared(one))]

    def forget(self) -> None:
        """What was found could not be planned: it is looked for anew."""
        self._known.clear()

    async def _of(self, row: TriageRow, now: datetime) -> list[Event]:
        db = self.core.db
        alerts = await db.read_whole(partial(db.triage.alerts, incident=row.id, most=MOST))
        notes = await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.id,)))
        found = stretches(alerts, notes)
        self._known[row.id] = (row.version, row.last)
        if not found:
            return []
        judged = await db.read_whole(lambda tx: db.shadow.judged(tx, row.id))
        if judged is not None and judged.shadow and found[-1].worst != "critical":
            return []  # on probation: only what may not be hidden
        topology, name = Topology(self.core.services.all()), self.core.enrolment.name
        channel = row.channel if judged is None else judged.channel
        return list(_Told(row, alerts, notes, found[-1], topology, name, channel).events(now))


@dataclass(frozen=True, slots=True)
class _Told:
    row: TriageRow
    alerts: list[AlertRow]
    notes: list[NoteRow]
    stretch: Stretch
    topology: Topology
    name: Callable[[str], str]
    channel: str  # that it is about, wherever its card stands

    def events(self, now: datetime) -> Iterator[Event]:
        stretch, mark = self.stretch, f"incident:{self.row.id}:{self.stretch.began.isoformat()}"
        if now - stretch.began < LATELY:
            yield self._event(f"{mark}:{stretch.worst}", "trigger", stretch.began, self._began())
        for note in self.notes:
            if now - note.at < LATELY and note.at >= stretch.began:
                yield from self._note(mark, note)
        if stretch.end is not None and now - stretch.end < LATELY:
            ended = (
                f"{self._who(stretch.ended_by)} resolved it."
                if stretch.ended_by
                else "Nothing of it fires any more."
            )
            yield self._event(f"{mark}:over", "resolve", stretch.end, ended)

    def _note(self, mark: str, note: NoteRow) -> Iterator[Event]:
        who = self._who(note.actor)
        if note.kind == ESCALATED:
            yield self._event(
                f"{mark}:escalated:{note.id}", "trigger", note.at, f"{who} escalated it.", "critical"
            )
        elif note.kind == ASSIGNED:
            yield self._event(
                f"{mark}:taken:{note.id}", "acknowledge", note.at, f"{who} took it.", person=who
            )
        elif note.kind == SNOOZED:
            yield self._event(
                f"{mark}:snoozed:{note.id}", "acknowledge", note.at, f"{who} snoozed it.", person=who
            )

    def _began(self) -> str:
        relapses = (
            " It is back: it was over before."
            if self.stretch.began - self.row.began > timedelta(seconds=1)
            else ""
        )
        return f"{len(self.alerts)} alerts heard since {self.row.began:%H:%M} UTC.{relapses}"

    def _who(self, account: str) -> str:
        return self.name(account)

    def _event(
        self,
        key: str,
        action: Action,
        at: datetime,
        line: str,
        severity: Severity | None = None,
        *,
        person: str = "",
    ) -> Event:
        incident = incident_from(self.row, self.topology)
        texts = dict.fromkeys(one.alert.text for one in incident.seen.values() if one.alert.text)
        counts = heard(self.alerts, max(at, self.row.last))
        return Event(
            key=key,
            subject=f"incident:{self.row.id}",
            area="incident",
            severity=severity or self.stretch.worst,
            action=action,
            at=at,
            title=about(incident),
            lines=(line, *list(texts)[:3]),
            facts=(("Incident", self.row.id), ("Services", ", ".join(services_of(incident)) or "none known")),
            channel=self.channel,
            thread=self.row.ts,
            person=person,
            counts=counts,
            counted="Alerts heard, by time in UTC" if counts else "",
        )


def _declared(row: IncidentRow) -> Iterator[Event]:
    """By a person, so it is critical."""
    event = Event(
        key=f"declared:{row.id}:opened", subject=f"declared:{row.id}", area="incident", severity="critical",
        action="trigger", at=row.declared_at, title=row.title, lines=("A person declared it.",),
        facts=(("Incident", row.id),), channel=row.channel,
    )  # fmt: skip
    yield event
    if row.closed_at is not None:
        closed = f"It was closed. {row.note}".strip()
        yield replace(
            event, key=f"declared:{row.id}:closed", action="resolve", at=row.closed_at, lines=(closed,)
        )

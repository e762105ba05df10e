"""What people did about an incident and what was found, as its notes tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from agents.triage.correlate import Incident
from storage.triagenotes import NoteRow

BEGUN, FOUND, PLANNED, POSTED = "investigation begun", "investigated", "proposed", "posted"
ASSIGNED, SNOOZED, WOKEN = "assigned", "snoozed", "snooze over"
ESCALATED, RESOLVED, SILENCED, REPORTED = "escalated", "resolved", "silence proposed", "report written"
CLAIMED = "button pressed"
WATCHED, PAUSED, RESUMED, REOPENED = "followed in a channel", "paused", "resumed", "reopened"
QUIET: Final = frozenset((BEGUN, CLAIMED))  # nothing that a reader of the history needs


@dataclass(frozen=True, slots=True)
class History:
    """`actor`s are accounts, `<team>:<user>`."""

    notes: tuple[NoteRow, ...] = ()

    @classmethod
    def of(cls, notes: Iterable[NoteRow]) -> History:
        return cls(tuple(sorted(notes, key=lambda one: (one.at, one.id))))

    def last(self, kind: str) -> NoteRow | None:
        return next((one for one in reversed(self.notes) if one.kind == kind), None)

    @property
    def found(self) -> Mapping[str, Any] | None:
        note = self.last(FOUND)
        return note.detail if note else None

    @property
    def plans(self) -> tuple[NoteRow, ...]:
        return tuple(one for one in self.notes if one.kind in (PLANNED, SILENCED) and one.detail.get("plan"))

    def snoozed(self, now: datetime) -> datetime | None:
        """Until when, while it lasts."""
        note = self.last(SNOOZED)
        until = datetime.fromisoformat(note.detail["until"]) if note else None
        return until if until and until > now else None

    def escalated(self) -> NoteRow | None:
        """The last time; whoever resolved it since ends that, so that a relapse can be escalated anew."""
        note, over = self.last(ESCALATED), self.last(RESOLVED)
        return None if note is None or (over is not None and over.at > note.at) else note

    def resolved(self, incident: Incident) -> NoteRow | None:
        """By a person, and nothing that fires was heard since; a relapse ends it, and whoever reopens it."""
        note = self.last(RESOLVED)
        if note is None or any(one.firing and one.last > note.at for one in incident.seen.values()):
            return None
        if (again := self.last(REOPENED)) is not None and again.at > note.at:
            return None
        return note

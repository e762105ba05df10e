"""An incident as it fired: from when to when, how bad it got, and how often something was heard. A relapse begins a new stretch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from agents.policy.destinations import SEVERITIES, Severity
from agents.triage.history import RESOLVED
from storage.triage import AlertRow
from storage.triagenotes import NoteRow

WORST: Final[Mapping[str, Severity]] = {
    "critical": "critical",
    "high": "warning",
    "warning": "warning",
    "info": "info",
}
BUCKETS: Final = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """`worst` of all that fired in it; `end` is None while it lasts, `ended_by` the account of whoever ended it, if a person."""

    began: datetime
    worst: Severity
    end: datetime | None = None
    ended_by: str = ""


def stretches(alerts: Iterable[AlertRow], notes: Iterable[NoteRow]) -> list[Stretch]:
    """Oldest first."""
    told: list[tuple[datetime, str, AlertRow | NoteRow]] = [(row.heard, row.id, row) for row in alerts]
    told += [(note.at, note.id, note) for note in notes if note.kind == RESOLVED]
    found: list[Stretch] = []
    firing: set[str] = set()
    for at, _, one in sorted(told, key=lambda item: item[:2]):
        if isinstance(one, NoteRow):
            firing.clear()
            _end(found, at, one.actor)
        elif one.alert.get("status") == "firing":
            firing.add(one.fingerprint)
            _fire(found, at, WORST.get(str(one.alert.get("severity")), "info"))
        else:
            firing.discard(one.fingerprint)
            if not firing:
                _end(found, at, "")
    return found


def _fire(found: list[Stretch], at: datetime, severity: Severity) -> None:
    if not found or found[-1].end is not None:
        found.append(Stretch(at, severity))
    elif SEVERITIES.index(severity) > SEVERITIES.index(found[-1].worst):
        found[-1] = replace(found[-1], worst=severity)


def _end(found: list[Stretch], at: datetime, who: str) -> None:
    if found and found[-1].end is None:
        found[-1] = replace(found[-1], end=at, ended_by=who)


def heard(alerts: Sequence[AlertRow], until: datetime) -> tuple[tuple[str, int], ...]:
    """How many alerts came in each piece of the time since the first, up to a dozen pieces of whole minutes."""
    if len(alerts) < 2:
        return ()
    first = min(row.heard for row in alerts)
    minutes = max(1, -(-int((until - first).total_seconds() // 60 + 1) // BUCKETS))
    step = timedelta(minutes=minutes)
    counts = [0] * (int((until - first) / step) + 1)
    for row in alerts:
        if row.heard <= until:
            counts[int((row.heard - first) / step)] += 1
    return tuple((f"{first + number * step:%H:%M}", count) for number, count in enumerate(counts))

"""The lines of an incident's history that no alert told, each once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import aliased

from storage.inserting import first
from storage.rows import many, values_of
from storage.tables import table_of
from storage.tables_triage import TriageIncident, TriageNote
from storage.triage import TriageRow
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class NoteRow:
    """`actor`: who did it, an account or our own name for triage. `detail` has passed redaction."""

    id: str
    workspace: str
    incident: str
    channel: str
    at: datetime
    kind: str
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)


class TriageNotes:
    async def add(self, tx: Tx, row: NoteRow) -> bool:
        """False: there is a note of that id already."""
        return (await tx.run(first(table_of(TriageNote)), values_of(row))).rowcount == 1

    async def drop(self, tx: Tx, note: str) -> None:
        """For what was begun and came to nothing."""
        await tx.run(delete(TriageNote).where(TriageNote.id == note))

    async def open(self, tx: Tx, workspace: str, kind: str, since: datetime, ended: str) -> list[NoteRow]:
        """Of all incidents, those that no note of the same id with `ended` behind it follows, oldest first."""
        other = aliased(TriageNote)
        over = exists().where(other.id == TriageNote.id + ended)
        where = (TriageNote.kind == kind, TriageNote.at > since, TriageNote.workspace == workspace, ~over)
        return many(NoteRow, await tx.run(select(TriageNote.__table__).where(*where).order_by(TriageNote.at)))

    async def of(self, tx: Tx, incidents: Collection[str]) -> list[NoteRow]:
        """Oldest first."""
        query = select(TriageNote.__table__).where(TriageNote.incident.in_(tuple(incidents)))
        return many(NoteRow, await tx.run(query.order_by(TriageNote.at, TriageNote.id)))

    async def since(self, tx: Tx, workspace: str, kind: str, since: datetime) -> list[NoteRow]:
        """Of all incidents, oldest first."""
        where = (TriageNote.kind == kind, TriageNote.at > since, TriageNote.workspace == workspace)
        return many(NoteRow, await tx.run(select(TriageNote.__table__).where(*where).order_by(TriageNote.at)))

    async def count(self, tx: Tx, channel: str, kind: str, since: datetime) -> int:
        where = (TriageNote.kind == kind, TriageNote.at > since, TriageNote.channel == channel)
        return int((await tx.run(select(func.count()).select_from(TriageNote).where(*where))).scalar() or 0)

    async def without(self, tx: Tx, workspace: str, kind: str, since: datetime, most: int = 500) -> list[TriageRow]:  # fmt: skip
        """Incidents that have a card, were heard of `since` and have no note of this kind, oldest first."""
        noted = select(TriageNote.incident).where(TriageNote.kind == kind)
        query = select(TriageIncident.__table__).where(
            TriageIncident.workspace == workspace, TriageIncident.ts != "", TriageIncident.last >= since,
            TriageIncident.id.not_in(noted),
        )  # fmt: skip
        return many(TriageRow, await tx.run(query.order_by(TriageIncident.began).limit(most)))

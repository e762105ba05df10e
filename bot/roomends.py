"""What a completed incident leaves behind: that it is resolved, and how, as a fact of its services; and what is known without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from agents.people import Place
from agents.triage.history import QUIET, RESOLVED
from bot.commands.memory import book_of
from bot.core import Core
from storage.database import Tx
from storage.rooms import RoomRow
from storage.triagenotes import NoteRow


async def resolved(core: Core, tx: Tx, row: RoomRow, services: Sequence[str]) -> None:
    """By whoever completed it, in their words. Once a completion."""
    if not row.incident:
        return
    detail = {"words": row.words} if row.words else {}
    key = f"{row.id}:completed:{row.round}"
    note = NoteRow(key, row.workspace, row.incident, row.channel, row.changed_at, RESOLVED, row.changed_by, detail)  # fmt: skip
    if not await core.db.triage_notes.add(tx, note):
        return
    await core.db.triage.told(tx, row.incident)
    if row.words:
        book, place = book_of(core), Place(row.workspace, row.channel, "")
        for service in services:
            await core.db.facts.add(tx, book.resolution(row.incident, service, row.words, row.changed_by, place))  # fmt: skip


def alone(row: RoomRow, notes: Sequence[NoteRow], lines: int, name: Any) -> Iterable[str]:
    """The hand-over of a channel whose incident is not shown there: what happened in the channel itself."""
    yield f"- Followed since {_at(row.opened_at)}; {lines} messages were kept as context."
    for note in sorted(notes, key=lambda one: (one.at, one.id)):
        if note.kind not in QUIET:
            yield f"- {_at(note.at)}: {name(note.actor)} {note.kind}."


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

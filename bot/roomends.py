"""What a completed incident leaves behind: that it is resolved, and how, as a fact of its services."""

from __future__ import annotations

from collections.abc import Sequence

from agents.people import Place
from agents.triage.history import RESOLVED
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

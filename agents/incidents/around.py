"""What people said in the channel of an incident, and what they confirmed about a service, for a question that is asked there."""

from __future__ import annotations

from collections.abc import Sequence

from agents.conversation.around import Around
from agents.incidents.facts import FactBook, spoken_all
from agents.incidents.rooms import STATES, room_id
from agents.people import Request
from storage.database import Database
from storage.errors import StoreUnavailable

LINES, FACTS = 30, 5


class RoomsAround:
    def __init__(self, db: Database, book: FactBook) -> None:
        self._db = db
        self._book = book

    async def told(self, request: Request, service: str) -> Sequence[Around]:
        try:
            found = (await self._messages(request), await self._facts(request, service))
        except StoreUnavailable:
            return ()
        return tuple(one for one in found if one.text)

    async def _messages(self, request: Request) -> Around:
        """Only where it was asked: whoever asks there reads them anyway."""
        key = room_id(request.place.workspace, request.place.channel)
        row = await self._db.read_whole(lambda tx: self._db.rooms.get(tx, key))
        lines = (
            await self._db.read_whole(lambda tx: self._db.rooms.lines(tx, key, LINES))
            if row is not None and row.state in STATES
            else []
        )
        said = [f"{line.at:%H:%M} {line.who}: {' '.join(line.text.split())}" for line in lines]
        return Around("messages of this channel", "\n".join(said))

    async def _facts(self, request: Request, service: str) -> Around:
        rows = (
            await self._book.known(request.actor, request.place, [service], FACTS)
            if service and self._book.services.called(service)
            else []
        )
        return Around("facts that people confirmed", "\n".join(spoken_all(self._book, rows)))

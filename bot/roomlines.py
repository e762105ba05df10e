"""What is said in channels of incidents, kept as context; and which process looks after which of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.core import Core
from bot.envelope import MENTION, text_of
from bot.lease import Lease
from storage.database import Database, Tx
from storage.rooms import LineRow

SLOT: Final = "room"
LENGTH: Final = 500  # of a message
NAME: Final = 60  # of an app
QUOTE, APOSTROPHE = '"', "'"
SAID: Final = frozenset({"", "bot_message", "file_share", "thread_broadcast"})


@dataclass(frozen=True)
class RoomLines:
    core: Core
    workspace: str
    bot_user: str

    async def heard(self, channel: str, message: Mapping[str, Any]) -> bool:
        """One message of people or other apps, as context. Whether it is new. Raises StoreUnavailable."""
        ts, text = text_of(message, "ts"), text_of(message, "text")
        ours = text_of(message, "user") == self.bot_user or self.bot_user in MENTION.findall(text)
        if ours or not ts or not text.strip() or text_of(message, "subtype") not in SAID:
            return False
        room, now = f"{self.workspace}:{channel}", self.core.clock.now()
        who = text_of(message, "user") or self._app(text_of(message, "username"))
        clean = self.core.redactor.clean(text)[:LENGTH]
        line = LineRow(f"{room}:{ts}", self.workspace, room, _moment(ts, now), now, who, clean)
        return await self.core.db.write_whole(lambda tx: self.core.db.rooms.hear(tx, line))

    def _app(self, name: str) -> str:
        """An app calls itself what it likes: in quotes, in one line, so that it is neither a person nor a line of its own."""
        shown = " ".join(self.core.redactor.clean(unicodedata.normalize("NFKC", name)).split())
        return f'an app that calls itself "{shown.replace(QUOTE, APOSTROPHE)[:NAME]}"' if shown else "an app"


@dataclass
class Keeper:
    """One process has a room, whoever comes first; who is gone is followed by one of those who are there."""

    db: Database
    lease: Lease
    _mine: set[str] = field(default_factory=set)

    async def ours(self, room: str) -> bool:
        """Raises StoreUnavailable."""
        if room in self._mine:
            return True
        holder = await self.db.read_whole(lambda tx: self.db.slots.peek(tx, SLOT, room))
        if holder and not await self.db.read_whole(lambda tx: self.lease.gone(tx, holder)):
            ours = holder == self.lease.worker
        else:
            ours = await self.db.write_whole(lambda tx: self._claimed(tx, room))
        if ours:
            self._mine.add(room)
        return ours

    async def _claimed(self, tx: Tx, room: str) -> bool:
        holder = await self.db.slots.holder(tx, SLOT, room)
        if holder == self.lease.worker:
            return True
        return await self.lease.gone(tx, holder) and await self.db.slots.inherit(tx, SLOT, room, holder)


def _moment(ts: str, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return now

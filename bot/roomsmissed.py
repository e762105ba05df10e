"""Channels of incidents that nobody heard of: made, renamed or left to us while no process was there. Looked for at the start,
and now and then, within limits; a channel that we let go of is not come back to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from agents.incidents.rooms import RoomDesk
from bot.envelope import text_of
from bot.telling import SlackAwayError, SlackBusyError, SlackLostError, Telling
from storage.errors import StoreUnavailable

log = structlog.get_logger(__name__)
BACK: Final = timedelta(hours=24)  # what is older was no news to anybody then
EVERY: Final = timedelta(hours=1)
PAGE, PAGES = 200, 25  # channels a page, pages of each kind
MOST: Final = 20  # channels that are taken up at a time
KINDS: Final = ("public_channel", "private_channel")  # each by itself: it may lack the scope of one


@dataclass
class MissedRooms:
    desk: RoomDesk
    telling: Telling
    workspace: str
    due: datetime | None = None

    async def look(self) -> None:
        """Begins again with the next look where Slack or the store are away."""
        now = self.desk.clock.now()
        if not self.desk.home or (self.due is not None and now < self.due):
            return
        try:
            for kind in KINDS:
                await self._kind(kind, now)
        except (SlackLostError, SlackBusyError, StoreUnavailable) as error:
            log.warning("missed_rooms_put_off", reason=str(error))
            return
        self.due = now + EVERY

    async def _kind(self, kind: str, now: datetime) -> None:
        taken = 0
        try:
            async for channel in self._listed(kind):
                if self._news(channel, now) and taken < MOST:
                    taken += await self._found(channel)
        except (SlackLostError, SlackBusyError):
            raise
        except SlackAwayError as error:  # no scope for this kind
            log.info("missed_rooms_not_listed", kind=kind, reason=str(error))

    async def _listed(self, kind: str) -> AsyncIterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(PAGES):
            page = await self.telling.ask("conversations_list", types=kind, exclude_archived=True, limit=PAGE, cursor=cursor)  # fmt: skip
            for channel in page.get("channels") or ():
                yield channel
            cursor = text_of(page.get("response_metadata"), "next_cursor")
            if not cursor:
                return
        log.warning("missed_rooms_too_many", kind=kind, looked_at=PAGE * PAGES)

    def _news(self, channel: Mapping[str, Any], now: datetime) -> bool:
        """Made, or given this name, lately; and no other company's."""
        if channel.get("is_ext_shared") or channel.get("is_shared") or channel.get("is_archived"):
            return False
        oldest = now - BACK
        renamed = bool(channel.get("previous_names")) and _at(channel.get("updated"), 1000) > oldest
        fits = bool(self.desk.pattern(text_of(channel, "name")))
        return fits and (renamed or _at(channel.get("created"), 1) > oldest)

    async def _found(self, channel: Mapping[str, Any]) -> bool:
        by = f"{self.workspace}:{text_of(channel, 'creator')}"
        fresh = await self.desk.found(self.workspace, text_of(channel, "id"), text_of(channel, "name"), by)
        if fresh:
            log.info("missed_room_found", channel=text_of(channel, "id"))
        return fresh


def _at(stamp: object, parts: int) -> datetime:
    """`parts` of a second; long ago where it is no time."""
    try:
        return datetime.fromtimestamp(float(str(stamp)) / parts, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)

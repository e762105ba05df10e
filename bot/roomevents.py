"""Deliveries about channels of incidents: made, renamed, joined, and what is said in them. Stored before they are acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from agents.incidents.rooms import RoomDesk
from bot.envelope import text_of, workspace_of
from bot.rooms import IncidentRooms

NAMED: Final = frozenset({"channel_created", "channel_rename", "group_rename"})
JOINED: Final = "member_joined_channel"


@dataclass(frozen=True)
class RoomEvents:
    desk: RoomDesk
    rooms: IncidentRooms
    bot_user: str

    async def hear(self, body: Mapping[str, Any]) -> bool:
        """Whether it is dealt with. A message goes on to whoever else wants it. Raises StoreUnavailable."""
        event = body.get("event")
        if not isinstance(event, Mapping) or not self._wanted(body):
            return False
        kind, workspace = text_of(event, "type"), workspace_of(body)
        if kind in NAMED:
            about = event.get("channel")
            channel, name = text_of(about, "id"), text_of(about, "name")
            await self.desk.named(workspace, channel, name, f"{workspace}:{text_of(about, 'creator')}")
            return True
        if kind == JOINED and text_of(event, "user") == self.bot_user:
            await self.desk.joined(
                workspace, text_of(event, "channel"), f"{workspace}:{text_of(event, 'inviter')}"
            )
            return False
        if kind == "message" and text_of(event, "channel") in self.rooms.channels:
            await self.rooms.lines.heard(text_of(event, "channel"), event)
        return False

    def _wanted(self, body: Mapping[str, Any]) -> bool:
        """Of our own workspace, and of no channel that others read along in."""
        ours = workspace_of(body) == self.rooms.outgoing.workspace
        return bool(self.desk.home) and ours and body.get("is_ext_shared_channel") is not True

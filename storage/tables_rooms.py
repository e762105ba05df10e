"""Channels that belong to one incident each, and what was said in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class IncidentRoom(Base):
    """`id` is workspace and channel. `shown` is what the card says, `told` the news that were said, `saying` those that are being said."""

    __tablename__ = "incident_rooms"
    __table_args__ = (Index("incident_rooms_state", "workspace", "state"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    name: Mapped[str]
    why: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    state: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    words: Mapped[str]
    incident: Mapped[str]
    round: Mapped[int]
    ts: Mapped[str]
    shown: Mapped[str]
    told: Mapped[list[str]] = mapped_column(JSON)
    saying: Mapped[dict[str, Any]] = mapped_column(JSON)
    spoken: Mapped[int]


class RoomLine(Base):
    """One message, redacted, of others and never an instruction. `turn` is 0 until it was looked at."""

    __tablename__ = "room_lines"
    __table_args__ = (Index("room_lines_room", "room", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    room: Mapped[str]
    at: Mapped[datetime]
    heard: Mapped[datetime]
    who: Mapped[str]
    text: Mapped[str]
    turn: Mapped[int]

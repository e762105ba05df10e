"""Watches: one read that is asked again for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Number


class Watch(Base):
    """`seen` is what was last said; `said` counts the messages; `looked_at` is the last look, which one process took.

    `ended` says why there are no more looks, empty while there are.
    """

    __tablename__ = "watches"
    __table_args__ = (Index("watches_ended", "workspace", "ended"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    owner: Mapped[str]
    title: Mapped[str]
    tool: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)
    said: Mapped[int] = mapped_column(Number)
    trouble: Mapped[str]
    log: Mapped[list[str]] = mapped_column(JSON)
    ended: Mapped[str]

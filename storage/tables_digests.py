"""Digests as people set them up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class Digest(Base):
    """`last_at` is the last scheduled moment that was dealt with; `stopped` says why there are no more, empty while there are."""

    __tablename__ = "digests"
    __table_args__ = (Index("digests_channel", "workspace", "channel"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    kind: Mapped[str]
    cron: Mapped[str]
    zone: Mapped[str]
    owner: Mapped[str]
    made_at: Mapped[datetime]
    last_at: Mapped[datetime]
    stopped: Mapped[str]

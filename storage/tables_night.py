"""Declared incidents, and the countdowns of changes that whoever is on duty makes alone in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base

OPEN = text("closed_at IS NULL")


class Incident(Base):
    """One is open in a channel at a time."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index(
            "incidents_one_open",
            "workspace",
            "channel",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    title: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime]
    raised_by: Mapped[str]
    raised_at: Mapped[datetime | None]
    closed_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    note: Mapped[str]


class Countdown(Base):
    """`ends_at` is empty until people can see it, `seen_at` is when somebody last looked after it."""

    __tablename__ = "countdowns"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    incident: Mapped[str]
    principal: Mapped[str]
    account: Mapped[str]
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    stopped_by: Mapped[str]
    stopped_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

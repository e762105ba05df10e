"""Digests as people set them up, what each saw last, and what people said of what was posted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
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


class DigestSeen(Base):
    """What the digest of this id told last, by area and key: the next one says what changed."""

    __tablename__ = "digest_seen"

    digest: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    at: Mapped[datetime]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)


class Judgement(Base):
    """`id` is made of what is judged and by whom: one word a person, the last one counts."""

    __tablename__ = "judgements"
    __table_args__ = (Index("judgements_channel", "workspace", "channel", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    about: Mapped[str]
    voter: Mapped[str]
    verdict: Mapped[str]
    at: Mapped[datetime]

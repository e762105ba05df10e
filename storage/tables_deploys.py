"""Deploys that other systems told us of. They are of no workspace: whoever may see their place may see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class DeployEvent(Base):
    """`id` is the sender's own, or made of what it sent, so that the same message twice is one row."""

    __tablename__ = "deploy_events"
    __table_args__ = (Index("deploy_events_at", "at"), Index("deploy_events_heard", "heard"))

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    heard: Mapped[datetime]
    system: Mapped[str]
    service: Mapped[str]
    state: Mapped[str]
    environment: Mapped[str]
    cluster: Mapped[str]
    namespace: Mapped[str]
    revision: Mapped[str]
    actor: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]

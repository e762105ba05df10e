"""What was told to whom outside of conversations, and how far each delivery got."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, Number


class Notification(Base):
    """One delivery: an event to a destination. `id` is made of both, so that there is one of them whoever plans it.

    `state`: waiting, sending (by `worker`), sent, dead, dropped. `unsure`: an earlier try may have arrived. `held` says why a
    waiting one is not due. `far_id` is its name at the far end.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("notifications_due", "state", "due_at"),
        Index("notifications_subject", "workspace", "subject"),
        Index("notifications_made", "workspace", "made_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    event: Mapped[str]
    subject: Mapped[str]
    area: Mapped[str]
    severity: Mapped[str]
    action: Mapped[str]
    route: Mapped[str]
    kind: Mapped[str]
    destination: Mapped[str]
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    held: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Number)
    worker: Mapped[str]
    unsure: Mapped[bool]
    sent_at: Mapped[datetime | None]
    far_id: Mapped[str]
    error: Mapped[str]
    escalate_at: Mapped[datetime | None]
    seen_by: Mapped[str]
    seen_at: Mapped[datetime | None]

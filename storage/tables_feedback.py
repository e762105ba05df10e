"""What people said of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class Feedback(Base):
    """`id` is made of the answer and of whoever judged it: one word a person. `answer` is the request that was answered."""

    __tablename__ = "feedback"
    __table_args__ = (Index("feedback_channel", "workspace", "channel", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    answer: Mapped[str]
    voter: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]

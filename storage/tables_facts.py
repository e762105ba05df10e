"""What people said about services, each line with who said it and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class ServiceFact(Base):
    """`state` is proposed, confirmed or forgotten; the text of what is forgotten is gone. `text` has passed redaction."""

    __tablename__ = "service_facts"
    __table_args__ = (Index("service_facts_service", "workspace", "service", "state"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    service: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    said_by: Mapped[str]
    said_at: Mapped[datetime]
    channel: Mapped[str]
    incident: Mapped[str]
    state: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]

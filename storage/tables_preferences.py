"""What a person set for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class Preference(Base):
    """One row an account. Empty: not set, so the channel's, the workspace's or Slack's own holds."""

    __tablename__ = "preferences"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    zone: Mapped[str]
    verbosity: Mapped[str]
    service: Mapped[str]
    cluster: Mapped[str]
    namespace: Mapped[str]
    compartment: Mapped[str]
    quiet_from: Mapped[str]
    quiet_until: Mapped[str]
    changed_at: Mapped[datetime]

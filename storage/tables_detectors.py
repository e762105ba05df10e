"""Detectors: what each of those that the policy names knows between two looks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class Detector(Base):
    """`spec` stands for what the policy says of it. `looked_at` is the look that a process took, `seen_at` the last that came to its end."""

    __tablename__ = "detectors"
    __table_args__ = (Index("detectors_workspace", "workspace"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    spec: Mapped[str]
    made_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)

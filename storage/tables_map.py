"""The part of the service map that people confirmed in Slack, and what was proposed to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class MapEntry(Base):
    """One service: `id` is made of workspace and name, so that there is one of a name. `sources` says where each line was read."""

    __tablename__ = "map_entries"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    name: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    sources: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor: Mapped[str]
    at: Mapped[datetime]


class MapProposal(Base):
    """What a person was shown; what they confirm is taken from here and not from what their click carries."""

    __tablename__ = "map_proposals"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

"""Alerts as they were heard, and the incidents that they were put together into."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class TriageAlert(Base):
    """`id` is made of what was delivered, so that the same delivery twice is one row."""

    __tablename__ = "triage_alerts"
    __table_args__ = (Index("triage_alerts_heard", "heard"), Index("triage_alerts_incident", "incident"))

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    heard: Mapped[datetime]
    fingerprint: Mapped[str]
    incident: Mapped[str]
    alert: Mapped[dict[str, Any]] = mapped_column(JSON)


class TriageIncident(Base):
    """`version` counts what changed on the card, `shown` is the one that Slack has; `ts` is empty until it has any."""

    __tablename__ = "triage_incidents"
    __table_args__ = (Index("triage_incidents_last", "last"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    began: Mapped[datetime]
    last: Mapped[datetime]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int]
    shown: Mapped[int]
    ts: Mapped[str]


class TriageTurn(Base):
    """One row: whoever puts an alert in its place holds it, so that two do not open an incident each for the same thing."""

    __tablename__ = "triage_turn"

    id: Mapped[int] = mapped_column(primary_key=True)
    taken: Mapped[int]


class TriageNote(Base):
    """One line of an incident's history that no alert told. `id` is made of what may happen once, else drawn."""

    __tablename__ = "triage_notes"
    __table_args__ = (
        Index("triage_notes_incident", "incident", "at"),
        Index("triage_notes_kind", "kind", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    incident: Mapped[str]
    channel: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)

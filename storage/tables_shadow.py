"""Triage on probation: which incidents were told where instead, what people said of them, and how far each rule is trusted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class TriageJudged(Base):
    """One incident of a channel that has a shadow: `channel` is the real one, `rule` the alert rule that opened it."""

    __tablename__ = "triage_judged"
    __table_args__ = (Index("triage_judged_rule", "workspace", "channel", "rule", "began"),)

    incident: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    rule: Mapped[str]
    began: Mapped[datetime]
    shadow: Mapped[str]  # the channel that it was told in instead; empty when it was told in the real one


class TriageVote(Base):
    """`id` is made of the incident and the voter: one vote a person, the last one counts."""

    __tablename__ = "triage_votes"
    __table_args__ = (Index("triage_votes_incident", "incident"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    incident: Mapped[str]
    voter: Mapped[str]
    vote: Mapped[str]
    at: Mapped[datetime]


class TriageTrust(Base):
    """A channel and rule. Judgements count since `counted`; `shown` < `version` while Slack does not show what is so."""

    __tablename__ = "triage_trust"
    __table_args__ = (Index("triage_trust_channel", "workspace", "channel"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    rule: Mapped[str]
    shadow: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime]
    counted: Mapped[datetime]
    actor: Mapped[str]
    why: Mapped[str]
    version: Mapped[int]
    shown: Mapped[int]

"""The tables as typed models. Migrations make them; a test compares. Every row carries its workspace, except
those about our own processes, and what deploy systems tell.

Statements are built on these; what leaves a store is a frozen row of its own, never a live object.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, Table, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.columns import Moment, State
from storage.states import PlanState

Number = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's form
        str: Text(),
        datetime: Moment(),
        PlanState: State(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


def table_of(model: type[Base]) -> Table:
    """For statements that are built once and run often: without the ORM's marks, which each use would pay for."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is no table")
    return table


def _where(rows: str) -> dict[str, Any]:
    """An index of some rows only."""
    return {"sqlite_where": text(rows), "postgresql_where": text(rows)}


class Worker(Base):
    """A process that works on this database. Its times are the database's own: machines may disagree about theirs."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class Slot(Base):
    """What is done once however many could do it: `at` is the time it is for, as its name has it."""

    __tablename__ = "slots"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    taken_at: Mapped[datetime]


class Inbox(Base):
    """`worker` works on it; of a `lane` one is started at a time. Without a lane nothing waits for anything."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("inbox_unfinished", "state", "received_at"),
        Index("inbox_lane", "lane", "state", **_where("lane <> ''")),
        Index("inbox_one_a_lane", "lane", unique=True, **_where("lane <> '' AND state = 'started'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    actor_id: Mapped[str]
    payload: Mapped[dict[str, Any]]
    correlation: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Number)
    note: Mapped[str]
    received_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(server_default="")
    lane: Mapped[str] = mapped_column(server_default="")
    said_at: Mapped[datetime | None]


class InboxKey(Base):
    """One row for each name under which Slack may deliver the same thing again."""

    __tablename__ = "inbox_keys"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    inbox_id: Mapped[str] = mapped_column(index=True)
    received_at: Mapped[datetime]


class Outbox(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_thread", "workspace", "channel", "thread"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    ts: Mapped[str]
    planned_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(server_default="")


class Plan(Base):
    __tablename__ = "plans"
    __table_args__ = (
        Index("plans_state", "state", "created_at"),
        Index("plans_target", "target_key", "state"),
        Index("plans_requester", "requester", "created_at"),
        Index("plans_channel", "channel", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    state: Mapped[PlanState]
    body: Mapped[str]
    hash: Mapped[str]
    action: Mapped[str]
    target_key: Mapped[str]
    requester: Mapped[str]
    channel: Mapped[str]
    thread: Mapped[str]
    environment: Mapped[str]
    risk: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    inbox_id: Mapped[str]
    proposal_key: Mapped[str] = mapped_column(unique=True)
    undo_of: Mapped[str]
    decided_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    card_ts: Mapped[str | None]
    unaudited: Mapped[bool]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Approval(Base):
    __tablename__ = "approvals"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(server_default="")
    account: Mapped[str]
    decision: Mapped[str]
    plan_hash: Mapped[str]
    roles: Mapped[list[str]]
    reason: Mapped[str]
    at: Mapped[datetime]


class Execution(Base):
    __tablename__ = "executions"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str] = mapped_column(server_default="")
    token: Mapped[str] = mapped_column(unique=True)
    request: Mapped[dict[str, Any]]
    intended_at: Mapped[datetime]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    recorded_at: Mapped[datetime | None]


class Switch(Base):
    """`name` is what is switched off; its workspace `*` says: for everyone that this database serves."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    by: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]


class SwitchVote(Base):
    __tablename__ = "switch_votes"

    name: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    at: Mapped[datetime]


class Review(Base):
    """A use of break-glass; `closed_at` is empty until another person has said how it was."""

    __tablename__ = "reviews"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    opened_by: Mapped[str]
    reason: Mapped[str]
    passed_over: Mapped[str]
    opened_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None]


class Grant(Base):
    """What a person holds beside the policy file, from a plan of this id; `ended_at`: taken away before its time."""

    __tablename__ = "grants"

    plan_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    person: Mapped[str] = mapped_column(index=True)
    offer: Mapped[str]
    given_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(server_default="")
    ended_at: Mapped[datetime | None]


class Artifact(Base):
    __tablename__ = "artifacts"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    owner: Mapped[str]
    correlation: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    content_type: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]

"""The first schema: what waits, what was decided, what was done, and the audit of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import audit_ddl
from storage.migrations.parts import json, key, moment, number, text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _deliveries()
    _plans()
    _decisions()
    _others()
    dialect = op.get_bind().dialect.name
    for statement in audit_ddl.postgresql() if dialect == "postgresql" else audit_ddl.sqlite():
        op.execute(statement)


def _deliveries() -> None:
    op.create_table(
        "inbox",
        key("id"), text("workspace"), text("kind"), text("channel"), text("thread"), text("actor_id"),
        json("payload"), text("correlation"), text("state"), number("attempts"), text("note"),
        moment("received_at"), moment("started_at", null=True), moment("finished_at", null=True),
    )  # fmt: skip
    op.create_index("inbox_unfinished", "inbox", ["state", "received_at"])
    op.create_table("inbox_keys", key("workspace"), key("key"), text("inbox_id"), moment("received_at"))
    op.create_index("ix_inbox_keys_inbox_id", "inbox_keys", ["inbox_id"])
    op.create_table(
        "outbox",
        key("key"), text("workspace"), text("channel"), text("thread"), text("kind"), json("body"), text("ts"),
        moment("planned_at"), moment("sent_at", null=True),
    )  # fmt: skip
    op.create_index("outbox_thread", "outbox", ["workspace", "channel", "thread"])


def _plans() -> None:
    op.create_table(
        "plans",
        key("id"), text("workspace"), sa.Column("state", sa.String(20), nullable=False), text("body"), text("hash"),
        text("action"), text("target_key"), text("requester"), text("channel"), text("thread"), text("environment"),
        text("risk"), moment("created_at"), moment("expires_at"), text("inbox_id"),
        sa.Column("proposal_key", sa.Text(), nullable=False, unique=True), text("undo_of"),
        moment("decided_at", null=True), text("claimed_by", null=True), text("card_ts", null=True),
        sa.Column("unaudited", sa.Boolean(), nullable=False), json("outcome", null=True),
    )  # fmt: skip
    op.create_index("plans_state", "plans", ["state", "created_at"])
    op.create_index("plans_target", "plans", ["target_key", "state"])
    op.create_index("plans_requester", "plans", ["requester", "created_at"])
    op.create_index("plans_channel", "plans", ["channel", "created_at"])


def _decisions() -> None:
    op.create_table(
        "approvals",
        key("plan_id"), key("principal"), text("workspace", default=""), text("account"), text("decision"),
        text("plan_hash"), json("roles"), text("reason"), moment("at"),
    )  # fmt: skip
    op.create_table(
        "executions",
        key("plan_id"), key("step"), text("workspace", default=""),
        sa.Column("token", sa.Text(), nullable=False, unique=True), json("request"), moment("intended_at"),
        json("outcome", null=True), moment("recorded_at", null=True),
    )  # fmt: skip


def _others() -> None:
    op.create_table("switches", key("name"), text("workspace"), text("by"), text("reason"), moment("at"))
    op.create_table("switch_votes", key("name"), key("principal"), text("workspace"), moment("at"))
    op.create_table(
        "artifacts",
        key("id"), text("workspace"), text("owner"), text("correlation"), text("title"), text("content_type"),
        text("text"), moment("created_at"),
    )  # fmt: skip
    op.create_index("ix_artifacts_correlation", "artifacts", ["correlation"])

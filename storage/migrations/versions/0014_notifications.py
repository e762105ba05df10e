"""Notifications: each delivery of an event to a destination, how far it got, and when it is tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import json, key, moment, number, text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notifications",
        key("id"), text("workspace"), text("event"), text("subject"), text("area"), text("severity"), text("action"),
        text("route"), text("kind"), text("destination"), json("content"), moment("made_at"), moment("due_at"), text("held"),
        text("state"), number("attempts"), text("worker"), sa.Column("unsure", sa.Boolean(), nullable=False), moment("sent_at", null=True), text("far_id"),
        text("error"), moment("escalate_at", null=True), text("seen_by"), moment("seen_at", null=True),
    )  # fmt: skip
    op.create_index("notifications_due", "notifications", ["state", "due_at"])
    op.create_index("notifications_subject", "notifications", ["workspace", "subject"])
    op.create_index("notifications_made", "notifications", ["workspace", "made_at"])

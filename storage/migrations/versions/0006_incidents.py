"""Declared incidents, and countdowns of changes that are made alone in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        key("id"), text("workspace"), text("channel"), text("title"), text("declared_by"), moment("declared_at"),
        text("raised_by"), moment("raised_at", null=True), text("closed_by"), moment("closed_at", null=True), text("note"),
    )  # fmt: skip
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "incidents_one_open", "incidents", ["workspace", "channel"], unique=True,
        sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip
    op.create_table(
        "countdowns",
        key("plan_id"), text("workspace"), text("incident"), text("principal"), text("account"), moment("begun_at"),
        moment("ends_at", null=True), moment("seen_at", null=True), text("stopped_by"), moment("stopped_at", null=True),
        moment("ended_at", null=True),
    )  # fmt: skip

"""Digests: what is posted to which channel on which schedule, as whom, and up to which moment it was."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        key("id"), text("workspace"), text("channel"), text("kind"), text("cron"), text("zone"), text("owner"),
        moment("made_at"), moment("last_at"), text("stopped"),
    )  # fmt: skip
    op.create_index("digests_channel", "digests", ["workspace", "channel"])

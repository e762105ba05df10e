"""What people said of answers: useful or not, and why."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        key("id"), text("workspace"), text("channel"), text("thread"), text("answer"), text("voter"), text("verdict"),
        text("reason"), moment("at"),
    )  # fmt: skip
    op.create_index("feedback_channel", "feedback", ["workspace", "channel", "at"])

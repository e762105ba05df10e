"""Uses of break-glass, each waiting for another person's words."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reviews",
        key("plan_id"), text("workspace"), text("opened_by"), text("reason"), text("passed_over"),
        moment("opened_at"), text("closed_by", default=""), text("words", default=""), moment("closed_at", null=True),
    )  # fmt: skip

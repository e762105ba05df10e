"""What people set for themselves: language, zone, verbosity, default scope, quiet hours."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        key("workspace"), key("account"), text("language"), text("zone"), text("verbosity"), text("service"),
        text("cluster"), text("namespace"), text("compartment"), text("quiet_from"), text("quiet_until"),
        moment("changed_at"),
    )  # fmt: skip

"""Access that is given for a while, beside the policy file."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grants",
        key("plan_id"), text("workspace"), text("person"), text("offer"), moment("given_at"), moment("until"),
        text("ended_by", default=""), moment("ended_at", null=True),
    )  # fmt: skip
    op.create_index("ix_grants_person", "grants", ["person"])

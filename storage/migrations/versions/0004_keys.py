"""Keys of people, and what they signed about plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_keys",
        key("id"), key("workspace"), text("principal"), text("public"), text("offered_by"), moment("offered_at"),
        moment("owned_at", null=True), text("confirmed_by"), moment("confirmed_at", null=True),
        text("revoked_by"), moment("revoked_at", null=True),
    )  # fmt: skip
    op.create_table(
        "signatures",
        key("plan_id"), key("principal"), key("decision"), text("workspace"), text("key"), text("signed"),
        text("signature"), sa.Column("alone", sa.Boolean(), nullable=False), moment("at"),
    )  # fmt: skip
    op.create_index("ix_signatures_at", "signatures", ["at"])

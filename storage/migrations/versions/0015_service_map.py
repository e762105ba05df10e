"""The part of the service map that people confirmed, and what was proposed to them."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "map_entries",
        key("id"), text("workspace"), text("name"), json("body"), json("sources"), text("actor"), moment("at"),
    )  # fmt: skip
    op.create_table(
        "map_proposals",
        key("id"), text("workspace"), text("channel"), text("actor"), moment("at"), json("body"),
    )  # fmt: skip

"""Detectors: when each looked last, and what it knows."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detectors",
        key("id"), text("workspace"), text("spec"), moment("made_at"), moment("looked_at"), moment("seen_at", null=True),
        json("state"),
    )  # fmt: skip
    op.create_index("detectors_workspace", "detectors", ["workspace"])

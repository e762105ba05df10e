"""What happened to incidents besides alerts: what was found, what people did, what was held back."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_notes",
        key("id"), text("workspace"), text("incident"), text("channel"), moment("at"), text("kind"), text("actor"), json("detail"),
    )  # fmt: skip
    op.create_index("triage_notes_incident", "triage_notes", ["incident", "at"])
    op.create_index("triage_notes_kind", "triage_notes", ["kind", "at"])

"""Watches: which read is asked again until when, as whom, and what was last said of it."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, number, text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        key("id"), text("workspace"), text("channel"), text("thread"), text("owner"), text("title"), text("tool"),
        json("args"), moment("made_at"), moment("ends_at"), moment("looked_at"), json("seen"), number("said"),
        text("trouble"), json("log"), text("ended"),
    )  # fmt: skip
    op.create_index("watches_ended", "watches", ["workspace", "ended"])

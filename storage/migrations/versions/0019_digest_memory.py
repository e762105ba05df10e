"""What each digest told last, and what people said of alerts and of the bot's own posts."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("digest_seen", key("digest"), text("workspace"), moment("at"), json("seen"))
    op.create_table(
        "judgements",
        key("id"), text("workspace"), text("channel"), text("kind"), text("subject"), text("about"), text("voter"),
        text("verdict"), moment("at"),
    )  # fmt: skip
    op.create_index("judgements_channel", "judgements", ["workspace", "channel", "at"])

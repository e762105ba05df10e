"""Deploys that other systems told us of."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deploy_events",
        key("id"), moment("at"), moment("heard"), text("system"), text("service"), text("state"), text("environment"),
        text("cluster"), text("namespace"), text("revision"), text("actor"), text("title"), text("url"),
    )  # fmt: skip
    op.create_index("deploy_events_at", "deploy_events", ["at"])
    op.create_index("deploy_events_heard", "deploy_events", ["heard"])

"""What people said about services, each line with who said it and when."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_facts",
        key("id"), text("workspace"), text("service"), text("kind"), text("text"), text("said_by"), moment("said_at"), text("channel"),
        text("incident"), text("state"), text("decided_by"), moment("decided_at"),
    )  # fmt: skip
    op.create_index("service_facts_service", "service_facts", ["workspace", "service", "state"])

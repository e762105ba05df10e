"""Alerts and the incidents that they were put together into."""

from __future__ import annotations

from alembic import op

from storage.migrations.parts import json, key, moment, number, text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_alerts",
        key("id"), text("workspace"), moment("heard"), text("fingerprint"), text("incident"), json("alert"),
    )  # fmt: skip
    op.create_index("triage_alerts_heard", "triage_alerts", ["heard"])
    op.create_index("triage_alerts_incident", "triage_alerts", ["incident"])
    op.create_table(
        "triage_incidents",
        key("id"), text("workspace"), text("channel"), moment("began"), moment("last"), json("seen"),
        number("version"), number("shown"), text("ts"),
    )  # fmt: skip
    op.create_index("triage_incidents_last", "triage_incidents", ["last"])
    op.create_table("triage_turn", number("id", primary_key=True), number("taken"))

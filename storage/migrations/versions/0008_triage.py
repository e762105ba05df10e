"""Alerts and the incidents that they were put together into."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def whole(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=primary_key)


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
        whole("version"), whole("shown"), text("ts"),
    )  # fmt: skip
    op.create_index("triage_incidents_last", "triage_incidents", ["last"])
    op.create_table("triage_turn", whole("id", primary_key=True), whole("taken"))

"""Triage on probation: incidents to be judged, what people said of them, how far each rule is trusted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "triage_judged",
        key("incident"), text("workspace"), text("channel"), text("rule"), moment("began"), text("shadow"),
    )  # fmt: skip
    op.create_index("triage_judged_rule", "triage_judged", ["workspace", "channel", "rule", "began"])
    op.create_table(
        "triage_votes",
        key("id"), text("workspace"), text("incident"), text("voter"), text("vote"), moment("at"),
    )  # fmt: skip
    op.create_index("triage_votes_incident", "triage_votes", ["incident"])
    op.create_table(
        "triage_trust",
        key("id"), text("workspace"), text("channel"), text("rule"), text("shadow"), text("state"), moment("since"),
        moment("counted"), text("actor"), text("why"), whole("version"), whole("shown"),
    )  # fmt: skip
    op.create_index("triage_trust_channel", "triage_trust", ["workspace", "channel"])

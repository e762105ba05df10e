"""Channels that belong to one incident each, and what was said in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import json, key, moment, text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "incident_rooms",
        key("id"), text("workspace"), text("channel"), text("name"), text("why"), text("opened_by"), moment("opened_at"),
        text("state"), text("changed_by"), moment("changed_at"), text("words"), text("incident"), whole("round"), text("ts"),
        text("shown"), json("told"), json("saying"), whole("spoken"),
    )  # fmt: skip
    op.create_index("incident_rooms_state", "incident_rooms", ["workspace", "state"])
    op.create_table(
        "room_lines",
        key("id"), text("workspace"), text("room"), moment("at"), moment("heard"), text("who"), text("text"), whole("turn"),
    )  # fmt: skip
    op.create_index("room_lines_room", "room_lines", ["room", "at"])

"""Several processes on one database: who is alive, whose a row is, and what is done once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.parts import key, moment, text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workers", key("id"), moment("started_at"), moment("seen_at"), moment("gone_at", null=True)
    )
    op.create_table("slots", key("name"), key("at"), text("worker"), moment("taken_at"))
    op.add_column("inbox", text("worker", default=""))
    op.add_column("inbox", text("lane", default=""))
    op.add_column("inbox", moment("said_at", null=True))
    op.add_column("outbox", text("worker", default=""))
    _some("inbox_lane", ["lane", "state"], "lane <> ''")
    _some("inbox_one_a_lane", ["lane"], "lane <> '' AND state = 'started'", unique=True)


def _some(name: str, columns: list[str], rows: str, *, unique: bool = False) -> None:
    where = sa.text(rows)
    op.create_index(name, "inbox", columns, unique=unique, sqlite_where=where, postgresql_where=where)

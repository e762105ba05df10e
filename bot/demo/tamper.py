"""What somebody with the database in their hands could do: edit one record and leave no trace in the tables."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

VALUE = re.compile(r'"(?P<key>user|id|name|result|decision|plan_id|request)":"(?P<first>[A-Za-z])')
WORTH_IT = ("approval.recorded", "plan.approved", "plan.proposed", "authz.decision", "")


class NothingToTamper(Exception):
    """No record yet."""


def tamper(database: Path) -> int:
    """Change one letter in one record, the guard off for as long as that takes. Its seq; raises NothingToTamper."""
    with closing(sqlite3.connect(database, timeout=10.0, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        seq, body = _chosen(db)
        guards = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_events'"
        ).fetchall()
        for name, _ in guards:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE audit_events SET body=? WHERE seq=?", (_edited(body), seq))
        for _, sql in guards:
            db.execute(sql)
        db.execute("COMMIT")
    return seq


def _chosen(db: sqlite3.Connection) -> tuple[int, str]:
    """The newest approval if there is one, else a record that says who did what."""
    for kind in WORTH_IT:
        rows = db.execute(
            "SELECT seq, body FROM audit_events WHERE instr(body, ?) > 0 ORDER BY seq DESC LIMIT 50",
            (f'"type":"{kind}',),
        )
        for seq, body in rows:
            if VALUE.search(body):
                return int(seq), str(body)
    raise NothingToTamper


def _edited(body: str) -> str:
    found = VALUE.search(body)
    if found is None:
        return body
    at = found.start("first")
    return body[:at] + ("X" if body[at] != "X" else "Y") + body[at + 1 :]

"""What somebody with the database in their hands could do: edit one record and leave no trace in the tables."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

VALUE = re.compile(r'"(?P<key>user|id|name|result|decision|plan_id|request)":"(?P<first>[A-Za-z])')
WORTH_IT = ("approval.recorded", "plan.approved", "plan.proposed", "authz.decision")
GUARDS = ("audit_events_row", "audit_events_all")


class NothingToTamper(Exception):
    """No record yet."""


class Record(NamedTuple):
    seq: int
    body: str


def tamper(database: Path) -> int:
    """Change one letter in one record, the guard off for as long as that takes. Its seq; raises NothingToTamper."""
    with closing(sqlite3.connect(database, timeout=10.0, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        seq, body = best([Record(*row) for row in db.execute("SELECT seq, body FROM audit_events")])
        guards = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_events'"
        ).fetchall()
        for name, _ in guards:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE audit_events SET body=? WHERE seq=?", (edited(body), seq))
        for _, sql in guards:
            db.execute(sql)
        db.execute("COMMIT")
    return seq


def chosen(url: str) -> Record:
    """The one that `statement` changes. Blocking. Raises NothingToTamper, StoreUnavailable."""
    from storage.audit.raw import snapshot

    with snapshot(url) as shot:
        return best([Record(int(seq), bytes(body).decode()) for seq, body, *_ in shot.rows()])


def statement(record: Record) -> str:
    """What PostgreSQL is told, as superuser: the same edit, the guards off for as long as that takes."""
    mark = f"$t{secrets.token_hex(4)}$"  # quotes a text that cannot hold it
    off = [f"ALTER TABLE audit_events DISABLE TRIGGER {name};" for name in GUARDS]
    on = [f"ALTER TABLE audit_events ENABLE ALWAYS TRIGGER {name};" for name in GUARDS]
    change = f"UPDATE audit_events SET body = {mark}{edited(record.body)}{mark} WHERE seq = {record.seq:d};"  # noqa: S608 - quoted above
    return "\n".join([*off, change, *on])


def best(records: list[Record]) -> Record:
    """The newest approval if there is one, else a record that says who did what."""
    usable = [record for record in records if VALUE.search(record.body)]
    if not usable:
        raise NothingToTamper
    kinds = [_kind(record) for record in usable]
    wanted = next((kind for kind in WORTH_IT if kind in kinds), kinds[-1])
    return max(record for record, kind in zip(usable, kinds, strict=True) if kind == wanted)


def _kind(record: Record) -> str:
    return str(json.loads(record.body).get("type", ""))


def edited(body: str) -> str:
    found = VALUE.search(body)
    if found is None:
        return body
    at = found.start("first")
    return body[:at] + ("X" if body[at] != "X" else "Y") + body[at + 1 :]

"""The audit tables in plain SQL: what keeps them append-only is not in any model."""

from __future__ import annotations

COMPUTED = {
    "id": "id",
    "ts": "time",
    "type": "type",
    "workspace": "workspace",
    "plan_id": "plan_id",
    "request": "request",
    "correlation": "correlation",
}  # column -> name in the body
INDEXED = ("plan_id", "request", "correlation")
HEADS = """
CREATE TABLE audit_heads (
  n {number} PRIMARY KEY, workspace TEXT NOT NULL, kind TEXT NOT NULL, seq {number} NOT NULL, hash TEXT NOT NULL,
  time TEXT NOT NULL, key_id TEXT NOT NULL, prev TEXT NOT NULL, signature TEXT NOT NULL UNIQUE
)"""
EVENTS = """
CREATE TABLE audit_events (
  seq {number} PRIMARY KEY, body TEXT NOT NULL, prev {bytes} NOT NULL, hash {bytes} NOT NULL UNIQUE,
  mac {bytes} NOT NULL, {computed}
)"""


def sqlite() -> list[str]:
    computed = [
        f"{column} TEXT GENERATED ALWAYS AS (iif(json_valid(body), json_extract(body, '$.{name}'), NULL)) VIRTUAL"
        for column, name in COMPUTED.items()
    ]
    tables = _tables("INTEGER", "BLOB", computed)
    return [
        *tables,
        *_sqlite_triggers("audit_events", "seq", "hash"),
        *_sqlite_triggers("audit_heads", "n", "signature"),
    ]


def _tables(number: str, raw: str, computed: list[str]) -> list[str]:
    return [
        EVENTS.format(number=number, bytes=raw, computed=", ".join(computed)),
        HEADS.format(number=number),
        "CREATE INDEX audit_heads_seq ON audit_heads (seq)",
        *(
            f"CREATE INDEX audit_events_{name} ON audit_events ({name}, seq) WHERE {name} IS NOT NULL"
            for name in INDEXED
        ),
    ]


def _sqlite_triggers(table: str, number: str, unique: str) -> list[str]:
    """The third one closes the hole of INSERT OR REPLACE, which deletes without the second where a pragma is off."""
    known = f"SELECT 1 FROM {table} WHERE {number} = NEW.{number} OR {unique} = NEW.{unique}"  # noqa: S608
    return [
        sqlite_guard(table, "update"),
        sqlite_guard(table, "delete"),
        sqlite_guard(table, "insert", f" WHEN EXISTS ({known})"),
    ]


def sqlite_guard(table: str, word: str, when: str = "") -> str:
    refuse = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    return f"CREATE TRIGGER {table}_{word} BEFORE {word.upper()} ON {table}{when} {refuse}"


def postgresql() -> list[str]:
    computed = [
        f"{column} TEXT GENERATED ALWAYS AS ((body::json) ->> '{name}') STORED"
        for column, name in COMPUTED.items()
    ]
    block = """
CREATE FUNCTION audit_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"""
    both = [line for table in ("audit_events", "audit_heads") for line in _postgresql_triggers(table)]
    return [*_tables("BIGINT", "BYTEA", computed), block, *both]


def _postgresql_triggers(table: str) -> list[str]:
    """ALWAYS: `session_replication_role` does not switch them off."""
    return [
        f"CREATE TRIGGER {table}_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_block()",
        f"CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_block()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_row",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_all",
        f"REVOKE ALL ON {table} FROM PUBLIC",
    ]

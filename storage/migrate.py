"""The schema of a database: looked at on every start, changed only where it is behind. Alembic is imported only then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from storage.errors import SchemaMismatch, StoreUnavailable

KNOWN = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
)
CURRENT = KNOWN[-1]


def bring_up_to_date(file: Path) -> None:
    """Blocking. Raises SchemaMismatch for a schema of a newer program, StoreUnavailable when it cannot be read."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        found = version_of(file)
        if found == CURRENT:
            return
        must_be_known(found)
        _upgrade(file, found)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"the database cannot be used: {error}") from error


def version_of(file: Path) -> str:
    """Empty for a database without our tables."""
    with closing(sqlite3.connect(file, timeout=5.0)) as db:
        tables = db.execute("SELECT 1 FROM sqlite_master WHERE name='alembic_version'").fetchone()
        row = db.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    return str(row[0]) if row else ""


def must_be_known(version: str) -> None:
    if version and version not in KNOWN:
        raise SchemaMismatch(
            f"the database has schema {version}, newer than this program knows ({CURRENT}); use the newer program"
        )


def _upgrade(file: Path, found: str) -> None:
    if found:
        from storage.migrations.run import upgrade_sqlite

        upgrade_sqlite(file)
    else:
        _create(file)


def _create(file: Path) -> None:
    """All of it or nothing; of two processes that start at once, the second finds it done."""
    with closing(sqlite3.connect(file, timeout=30.0, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name='alembic_version'").fetchone():
            for statement in _schema():
                db.execute(statement)
            db.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (CURRENT,))
        db.execute("COMMIT")


@cache
def _schema() -> tuple[str, ...]:
    """What the migrations make of an empty database, worked out once a process."""
    from storage.migrations.run import schema_of_sqlite

    return schema_of_sqlite()

"""Rows of the audit as they lie there: read without models, and without trusting that they are well formed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from storage.errors import StoreUnavailable

Source = Path | str  # a SQLite file, or the address of a PostgreSQL
ROWS = "SELECT seq, body, prev, hash, mac FROM audit_events"
HEADS = "SELECT n, seq, hash, time, key_id, prev, signature, kind, workspace FROM audit_heads ORDER BY n"
GUARDS = (
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('audit_events', 'audit_heads')"
)
GUARD_NAMES = frozenset(
    f"audit_{table}_{word}" for table in ("events", "heads") for word in ("update", "delete", "insert")
)


class Raw(NamedTuple):
    """A row with names, for whoever does not read millions of them."""

    seq: int
    body: bytes
    prev: bytes
    hash: bytes
    mac: bytes


Row = tuple[Any, Any, Any, Any, Any]  # as Raw, but anything may be anything in a file that somebody edited


class Snapshot(Protocol):
    """One state of the database: heads and rows belong together although others go on writing."""

    def rows(self, start: int | None = None, end: int | None = None) -> Iterator[Row]:
        """In the order of the chain. Without `start` also whatever somebody put before the first row."""

    def heads(self) -> list[tuple[Any, ...]]: ...

    def missing_guards(self) -> list[str]:
        """Names of the triggers that should keep the tables append-only and do not."""


@dataclass(frozen=True, slots=True)
class _File:
    db: sqlite3.Connection

    def rows(self, start: int | None = None, end: int | None = None) -> Iterator[Row]:
        return self.db.execute(f"{ROWS}{between(start, end)} ORDER BY seq")

    def heads(self) -> list[tuple[Any, ...]]:
        return [tuple(_text(value) for value in row) for row in self.db.execute(HEADS)]

    def missing_guards(self) -> list[str]:
        return sorted(GUARD_NAMES - {str(_text(name)) for (name,) in self.db.execute(GUARDS)})


def between(start: int | None, end: int | None) -> str:
    limits = [f"seq {sign} {int(value)}" for sign, value in ((">=", start), ("<=", end)) if value is not None]
    return f" WHERE {' AND '.join(limits)}" if limits else ""


@contextmanager
def snapshot(source: Source) -> Iterator[Snapshot]:
    """Read-only. Raises StoreUnavailable when it cannot be read."""
    if isinstance(source, str):
        from storage.audit.raw_postgresql import opened

        with opened(source) as shot:
            yield shot
        return
    try:
        with closing(_opened(source)) as db:
            yield _File(db)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the audit cannot be read: {error}") from error


def _opened(file: Path) -> sqlite3.Connection:
    try:
        return _begun(f"{file.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError:
        wal = file.with_name(f"{file.name}-wal")
        if not file.is_file() or (wal.exists() and wal.stat().st_size):
            raise
        return _begun(
            f"{file.absolute().as_uri()}?immutable=1"
        )  # a copy on a medium where nothing can be written


def _begun(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=5.0)
    try:
        db.text_factory = bytes
        db.isolation_level = None
        db.execute("BEGIN")
        db.execute("SELECT 1 FROM audit_events LIMIT 1").close()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

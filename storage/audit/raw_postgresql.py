"""The audit as it lies in a PostgreSQL: streamed, in one read-only snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from storage.audit.raw import HEADS, Row, between
from storage.errors import StoreUnavailable
from storage.urls import libpq

ROWS = "SELECT seq, convert_to(body, 'UTF8'), prev, hash, mac FROM audit_events"
GUARDS = "SELECT tgname FROM pg_trigger WHERE tgrelid IN ('audit_events'::regclass, 'audit_heads'::regclass) AND tgenabled = 'A'"
GUARD_NAMES = frozenset(f"audit_{table}_{what}" for table in ("events", "heads") for what in ("row", "all"))
AT_ONCE = 5_000
CONNECT_S = 5


@dataclass(frozen=True, slots=True)
class Server:
    db: psycopg.Connection[tuple[Any, ...]]

    def rows(self, start: int | None = None, end: int | None = None) -> Iterator[Row]:
        with self.db.cursor(binary=True, name="audit") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(f"{ROWS}{between(start, end)} ORDER BY seq".encode())
            yield from cursor

    def heads(self) -> list[tuple[Any, ...]]:
        return self.db.execute(HEADS).fetchall()

    def missing_guards(self) -> list[str]:
        return sorted(GUARD_NAMES - {str(name) for (name,) in self.db.execute(GUARDS)})


@contextmanager
def opened(url: str) -> Iterator[Server]:
    """Raises StoreUnavailable when it cannot be read."""
    try:
        with closing(psycopg.connect(libpq(url), connect_timeout=CONNECT_S)) as db:
            db.read_only = True
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield Server(db)
    except psycopg.Error as error:
        raise StoreUnavailable(f"the audit cannot be read: {error}") from error

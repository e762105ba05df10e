"""SQLite as this project wants it: durable, append-only tables kept so, one writer, many readers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from storage.threaded import Pool, Threaded
from storage.writers import OneWriter

BUSY_S = 5.0
READERS = 4
MORE_READERS = 16  # while many read at once, and for a read within a read
ALWAYS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # without it INSERT OR REPLACE deletes behind the back of the DELETE trigger
)


class Cursor(sqlite3.Cursor):
    """Begins the transaction with its first statement, and has read all rows when a statement is done: they are then
    taken on the event loop's thread, where nothing may be read from a disk.
    """

    _rows: list[Any]

    def execute(self, sql: str, parameters: Any = ()) -> Self:
        self._begin()
        super().execute(sql, parameters)
        self._rows = super().fetchall() if self.description else []
        super().close()
        return self

    def executemany(self, sql: str, parameters: Iterable[Any]) -> Self:
        self._begin()
        super().executemany(sql, parameters)
        self._rows = []
        super().close()
        return self

    def _begin(self) -> None:
        conn = self.connection
        if isinstance(conn, Connection) and not conn.in_transaction:
            sqlite3.Cursor(conn).execute(conn.begin).close()

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def close(self) -> None:
        """Done already."""


class Connection(sqlite3.Connection):
    """Autocommit as far as Python is concerned: transactions are begun by our cursor and ended by name."""

    setup: tuple[str, ...] = ALWAYS
    begin = "BEGIN"

    def __init__(self, database: str, **kwargs: Any) -> None:
        super().__init__(database, **kwargs)
        for line in self.setup:
            sqlite3.Cursor(self).execute(line).close()
        found = sqlite3.Cursor(self).execute("SELECT file FROM pragma_database_list WHERE name='main'")
        self._file = Path(found.fetchone()[0])
        self._inode = self._file.stat().st_ino

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        """A file that was moved or removed still takes writes, which nobody would ever see again: refused."""
        if self.in_transaction and not self._in_place():
            raise sqlite3.OperationalError("the database file is gone")
        super().commit()

    def _in_place(self) -> bool:
        try:
            return self._file.stat().st_ino == self._inode
        except OSError:
            return False


class Writer(Connection):
    setup = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *ALWAYS)
    begin = "BEGIN IMMEDIATE"


class Reader(Connection):
    setup = ("PRAGMA query_only=ON", *ALWAYS)


def writers(file: Path) -> OneWriter:
    return OneWriter(Threaded(_engine(file, Writer)))


def readers(file: Path) -> Pool:
    return Pool(_engine(file, Reader), kept=READERS, most=READERS + MORE_READERS)


def _engine(file: Path, factory: type[Connection]) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=BUSY_S, isolation_level=None, factory=factory)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)

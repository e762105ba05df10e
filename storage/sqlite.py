"""SQLite as this project wants it: durable, append-only tables kept so, one writer, many readers."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.driver import Direct

BUSY_S = 5.0
READERS = 4
MORE_READERS = 16  # while many read at once, and for a read within a read
ALWAYS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # without it INSERT OR REPLACE deletes behind the back of the DELETE trigger
)


class Connection(sqlite3.Connection):
    """Set up in its own thread as it opens. Autocommit: transactions are begun and ended by name."""

    setup: tuple[str, ...] = ALWAYS

    def __init__(self, database: str, **kwargs: Any) -> None:
        super().__init__(database, **kwargs)
        for line in self.setup:
            self.execute(line).close()
        (file,) = self.execute("SELECT file FROM pragma_database_list WHERE name='main'").fetchone()
        self._file = Path(file)
        self._inode = self._file.stat().st_ino

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


class Reader(Connection):
    setup = ("PRAGMA query_only=ON", *ALWAYS)


def file_of(url: str) -> Path:
    """The file of `sqlite+aiosqlite:///var/app.db`."""
    return Path(url.partition("///")[2].partition("?")[0])


def writer(file: Path) -> AsyncEngine:
    return _engine(file, Writer, "BEGIN IMMEDIATE", size=1, overflow=0)


def readers(file: Path) -> AsyncEngine:
    return _engine(file, Reader, "BEGIN", size=READERS, overflow=MORE_READERS)


def _engine(file: Path, factory: type[Connection], begin: str, *, size: int, overflow: int) -> AsyncEngine:
    async def connect() -> aiosqlite.Connection:
        return await Direct(file, factory, BUSY_S)

    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=overflow,
    )
    event.listen(engine.sync_engine, "begin", lambda conn: conn.connection.driver_connection.begin(begin))
    return engine

"""aiosqlite with one visit to the connection's thread a statement, where SQLAlchemy would make four."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import aiosqlite


class Answer(NamedTuple):
    """What is left of a cursor once its rows were read."""

    rows: list[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


def _answer(cursor: sqlite3.Cursor) -> Answer:
    rows = cursor.fetchall() if cursor.description else []
    answer = Answer(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return answer


class Statement:
    """Stands where SQLAlchemy expects a cursor. Runs once; its rows are there when `execute` returns."""

    def __init__(self, connection: Direct) -> None:
        self._connection = connection
        self._answer = Answer([], None, -1, None)

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._answer = await self._connection.run(sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._answer = await self._connection.run_many(sql, parameters)

    async def fetchall(self) -> list[Any]:
        return self._answer.rows

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._answer.lastrowid


class Direct(aiosqlite.Connection):
    """Its thread ends with the process, so that nothing waits for a connection that was never closed."""

    def __init__(self, file: Path, factory: type[sqlite3.Connection], timeout: float) -> None:
        def connect() -> sqlite3.Connection:
            return sqlite3.connect(file, timeout=timeout, isolation_level=None, factory=factory)

        super().__init__(connect, 64)
        self._thread.daemon = True
        self._begin = ""

    def begin(self, sql: str) -> None:
        """The transaction begins in the same visit as its first statement."""
        self._begin = sql

    async def commit(self) -> None:
        if not self._forgotten():
            await super().commit()

    async def rollback(self) -> None:
        if not self._forgotten():
            await super().rollback()

    def _forgotten(self) -> bool:
        """Whether the transaction never came to a statement; then there is nothing to end."""
        begin, self._begin = self._begin, ""
        return bool(begin)

    def cursor(self) -> Any:
        return Statement(self)

    async def run(self, sql: str, parameters: Sequence[Any]) -> Answer:
        return await self._visit(lambda db: db.execute(sql, parameters))

    async def run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Answer:
        return await self._visit(lambda db: db.executemany(sql, parameters))

    async def _visit(self, run: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Answer:
        begin, self._begin = self._begin, ""

        def work() -> Answer:
            if begin:
                self._conn.execute(begin).close()
            return _answer(run(self._conn))

        answer: Answer = await self._execute(work)  # type: ignore[no-untyped-call]
        return answer

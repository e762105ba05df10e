"""The memory of threads on PostgreSQL: LangGraph's saver on a pool of its own, its tables, and its pruning."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from storage.errors import SchemaMismatch, StoreUnavailable
from storage.postgresql import CONNECTING, SERVER_LIMITS
from storage.schema import CONNECT_S, UPGRADE, plain
from storage.urls import libpq

CONNECTIONS = 4
WAIT_S = 10.0
RETRY_S = 2.0  # a pool that waits longer and longer would not be back soon after the server is
NEEDED = len(PostgresSaver.MIGRATIONS) - 1
FOUND = "SELECT max(v) FROM checkpoint_migrations"
ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(4701413)"
PRUNE = """
WITH old AS (
  SELECT checkpoint_ns, checkpoint_id FROM (
    SELECT checkpoint_ns, checkpoint_id,
           row_number() OVER (PARTITION BY checkpoint_ns ORDER BY checkpoint_id DESC) AS age
    FROM checkpoints WHERE thread_id = %(thread)s
  ) AS aged WHERE age > %(keep)s
), without_writes AS (
  DELETE FROM checkpoint_writes AS w USING old
  WHERE w.thread_id = %(thread)s AND (w.checkpoint_ns, w.checkpoint_id) = (old.checkpoint_ns, old.checkpoint_id)
), without_values AS (
  DELETE FROM checkpoint_blobs AS b
  WHERE b.thread_id = %(thread)s AND NOT EXISTS (
    SELECT 1 FROM checkpoints AS c, jsonb_each_text(c.checkpoint -> 'channel_versions') AS v
    WHERE c.thread_id = b.thread_id AND c.checkpoint_ns = b.checkpoint_ns
      AND v.key = b.channel AND v.value = b.version
      AND NOT EXISTS (
        SELECT 1 FROM old WHERE (old.checkpoint_ns, old.checkpoint_id) = (c.checkpoint_ns, c.checkpoint_id)
      )
  )
)
DELETE FROM checkpoints AS c USING old
WHERE c.thread_id = %(thread)s AND (c.checkpoint_ns, c.checkpoint_id) = (old.checkpoint_ns, old.checkpoint_id)
"""  # one statement: all of it sees the same state


class Saver(AsyncPostgresSaver):
    """Threads do not wait for one another: each visit has a connection of the pool to itself."""

    conn: AsyncConnectionPool[AsyncConnection[DictRow]]

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncIterator[AsyncCursor[DictRow]]:
        """Raises StoreUnavailable."""
        try:
            async with (
                self.conn.connection() as conn,
                conn.cursor(binary=True, row_factory=dict_row) as cursor,
            ):
                if pipeline:
                    async with conn.pipeline():
                        yield cursor
                else:
                    yield cursor
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise StoreUnavailable("the memory of threads cannot be used") from error

    async def keep_newest(self, thread_id: str, keep: int) -> None:
        async with self._cursor() as cursor:
            await cursor.execute(PRUNE, {"thread": thread_id, "keep": keep})

    async def version(self) -> int:
        """-1 without tables."""
        try:
            async with self._cursor() as cursor:
                row = await (await cursor.execute(FOUND)).fetchone()
        except psycopg.errors.UndefinedTable:
            return -1
        return -1 if row is None or row["max"] is None else int(row["max"])


@dataclass(frozen=True, slots=True)
class ServerCheckpoints:
    saver: Saver

    async def prune(self, thread_id: str, keep: int) -> None:
        await self.saver.keep_newest(thread_id, keep)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ServerCheckpoints]:
    """Raises SchemaMismatch when `db upgrade` has not been here, StoreUnavailable."""
    async with _pool(url) as pool:
        saver = Saver(pool)
        if await saver.version() < NEEDED:
            raise SchemaMismatch(f"the tables for the memory of threads are missing or old: {UPGRADE}")
        yield ServerCheckpoints(saver)


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[AsyncConnectionPool[AsyncConnection[DictRow]]]:
    limits = " ".join(f"-c {name}={value}" for name, value in SERVER_LIMITS.items())
    how: dict[str, Any] = {
        **CONNECTING, "options": limits, "autocommit": True, "prepare_threshold": 0, "row_factory": dict_row
    }  # fmt: skip
    pool = AsyncConnectionPool[AsyncConnection[DictRow]](
        libpq(url), min_size=1, max_size=CONNECTIONS, timeout=WAIT_S, reconnect_timeout=RETRY_S, open=False,
        check=AsyncConnectionPool.check_connection, kwargs=how, name="checkpoints",
    )  # fmt: skip
    async with pool:
        yield pool


def upgrade(url: str) -> None:
    """Blocking, as the owner. The saver's own migrations; two of them at once would wait for each other for ever."""
    try:
        with closing(
            psycopg.connect(libpq(url), autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_S)
        ) as db:
            while not (db.execute(ONE_AT_A_TIME).fetchone() or {}).get("pg_try_advisory_lock"):
                time.sleep(0.2)  # noqa: TID251 - a command of its own, no loop is blocked
            PostgresSaver(db).setup()
    except psycopg.Error as error:
        raise StoreUnavailable(
            f"the tables for the memory of threads cannot be made: {plain(error)}"
        ) from error

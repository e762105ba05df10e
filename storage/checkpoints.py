"""The memory of threads: LangGraph's SQLite saver, set up as this project wants it, and its pruning."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

NEWEST = """
DELETE FROM {table} WHERE thread_id = ? AND (checkpoint_ns, checkpoint_id) NOT IN (
  SELECT checkpoint_ns, checkpoint_id FROM (
    SELECT checkpoint_ns, checkpoint_id,
           row_number() OVER (PARTITION BY checkpoint_ns ORDER BY checkpoint_id DESC) AS age
    FROM checkpoints WHERE thread_id = ?
  ) WHERE age <= ?
)"""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """`saver` goes into the graph; `prune` keeps a thread from growing with every step."""

    saver: AsyncSqliteSaver

    async def prune(self, thread_id: str, keep: int) -> None:
        """Everything but the newest `keep` checkpoints of the thread goes."""
        values = (thread_id, thread_id, keep)
        async with self.saver.lock:
            for table in ("writes", "checkpoints"):
                await self.saver.conn.execute(NEWEST.format(table=table), values)
            await self.saver.conn.commit()


@asynccontextmanager
async def open_checkpoints(file: Path) -> AsyncIterator[Checkpoints]:
    """A file of its own: what a model said is neither plan nor audit, and may be deleted at any time."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    file.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        await saver.setup()
        await saver.conn.execute("PRAGMA synchronous=NORMAL")
        yield Checkpoints(saver)


def checkpoints_beside(database: Path) -> Path:
    return database.with_name("checkpoints.db")

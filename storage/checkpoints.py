"""The memory of threads: LangGraph's savers, set up as this project wants them, and their pruning."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage.urls import file_of, is_postgresql

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

NEWEST = """
DELETE FROM {table} WHERE thread_id = ? AND (checkpoint_ns, checkpoint_id) NOT IN (
  SELECT checkpoint_ns, checkpoint_id FROM (
    SELECT checkpoint_ns, checkpoint_id,
           row_number() OVER (PARTITION BY checkpoint_ns ORDER BY checkpoint_id DESC) AS age
    FROM checkpoints WHERE thread_id = ?
  ) WHERE age <= ?
)"""


class Checkpoints(Protocol):
    """`saver` goes into the graph; `prune` keeps a thread from growing with every step."""

    @property
    def saver(self) -> BaseCheckpointSaver[str]: ...

    async def prune(self, thread_id: str, keep: int) -> None:
        """Everything but the newest `keep` checkpoints of the thread goes."""


@dataclass(frozen=True, slots=True)
class FileCheckpoints:
    saver: AsyncSqliteSaver

    async def prune(self, thread_id: str, keep: int) -> None:
        values = (thread_id, thread_id, keep)
        async with self.saver.lock:
            for table in ("writes", "checkpoints"):
                await self.saver.conn.execute(NEWEST.format(table=table), values)
            await self.saver.conn.commit()


def open_checkpoints(url: str) -> AbstractAsyncContextManager[Checkpoints]:
    """What belongs to the database at `url`. Raises StoreUnavailable, SchemaMismatch."""
    if is_postgresql(url):
        from storage.checkpoints_postgresql import opened

        return opened(url)
    return open_file(checkpoints_beside(file_of(url)))


@asynccontextmanager
async def open_file(file: Path) -> AsyncIterator[FileCheckpoints]:
    """A file of its own: what a model said is neither plan nor audit, and may be deleted at any time."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    file.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        await saver.setup()
        await saver.conn.execute("PRAGMA synchronous=NORMAL")
        yield FileCheckpoints(saver)


def checkpoints_beside(database: Path) -> Path:
    return database.with_name("checkpoints.db")

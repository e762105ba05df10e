"""The door to everything stored. One transaction of writes at a time in a process; reads never wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from storage import sqlite
from storage.approvals import Approvals
from storage.artifacts import Artifacts
from storage.audit.anchor import Anchor
from storage.audit.events import AuditEvent, EventType
from storage.audit.keeper import HeadKeeper
from storage.audit.keys import MAC_NAME, SIGNING_NAME, AuditKeys, load_keys
from storage.audit.purge import KEEP_DAYS, purge
from storage.audit.signer import Signer
from storage.audit.store import Audit
from storage.audit.verify import Keys, Report, verify_file
from storage.clock import Clock
from storage.errors import AuditTampered, SchemaMismatch, StoreUnavailable
from storage.executions import Executions
from storage.grouped import Grouped
from storage.inbox import Inbox
from storage.migrate import bring_up_to_date
from storage.outbox import Outbox
from storage.plans import Plans
from storage.switches import Switches
from storage.threaded import Pool, Threaded
from storage.turns import Turns
from storage.tx import Done, Job, Tx, commit, step_by_step, undo, whole

__all__ = ["Database", "Tx"]

T = TypeVar("T")
SELECT_ONE = text("SELECT 1")
OURS = (
    IntegrityError,
    InterfaceError,
    ProgrammingError,
)  # a broken rule or a bug: trying later does not help


class Database:
    """Open it with `Database.open`, close it when done; the stores are its attributes."""

    def __init__(
        self,
        file: Path,
        *,
        writer: Threaded,
        readers: Pool,
        clock: Clock,
        keys: AuditKeys,
        anchor: Path,
    ) -> None:
        self.file = file
        self._writer = writer
        self._readers = readers
        self._lock = asyncio.Lock()
        self._grouped = Grouped(writer, self._lock)
        self._writing: asyncio.Task[object] | None = None
        self._closed = False
        self._keys = keys
        self.anchor = anchor
        self._clock = clock
        self._signer = Signer(keys, clock)
        self._keeper = HeadKeeper(self._signer, Anchor(anchor), read=self.read, write=self.write)
        self.audit = Audit(clock, keys, self._keeper)
        self.plans = Plans()
        self.approvals = Approvals()
        self.executions = Executions(clock)
        self.inbox = Inbox(clock)
        self.outbox = Outbox(clock)
        self.turns = Turns()
        self.switches = Switches(clock)
        self.artifacts = Artifacts(clock)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock,
        key_file: Path | None = None,
        signing_key_file: Path | None = None,
        anchor: Path | None = None,
    ) -> Database:
        """Migrates a SQLite file. Without key files, keys are made beside it: for development.

        Raises StoreUnavailable, SchemaMismatch, KeyProblem.
        """
        if not url.startswith("sqlite"):
            raise SchemaMismatch("only SQLite is supported yet")
        file = sqlite.file_of(url)
        await asyncio.to_thread(bring_up_to_date, file)
        keys = await asyncio.to_thread(_keys, file, key_file, signing_key_file)
        return cls(
            file,
            writer=sqlite.writer(file),
            readers=sqlite.readers(file),
            clock=clock,
            keys=keys,
            anchor=anchor or anchor_beside(file),
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A snapshot that does not change while it is looked at. Raises StoreUnavailable."""
        self._must_be_open()
        with _translated():
            async with self._readers.one() as reader, step_by_step(reader, undo) as tx:
                yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """All or nothing, on disk when it returns. Raises StoreUnavailable, and then nothing was written."""
        async with self._alone(), step_by_step(self._writer, commit) as tx:
            yield tx
        for then in tx.after:
            await then()

    async def read_whole(self, job: Job[T]) -> T:
        """As `read`, in one visit to the database: `job` waits for its own statements and for nothing else."""
        self._must_be_open()
        with _translated():
            async with self._readers.one() as reader:
                done: Done = await reader.do(whole(job, undo))
        result: T = done.result
        return result

    async def write_whole(self, job: Job[T]) -> T:
        """As `write`, in one visit to the database: `job` waits for its own statements and for nothing else.

        Those that are asked for at the same time share the wait for the disk.
        """
        self._may_write()
        with _translated():
            done = await self._grouped.do(job)
        for then in done.after:
            await then()
        result: T = done.result
        return result

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        self._may_write()
        with _translated():
            async with self._lock:
                self._writing = asyncio.current_task()
                yield

    async def check(self) -> str:
        """`ok` when it can be written to, else what is wrong in a few words; for readiness."""
        try:
            await self.write_whole(lambda tx: tx.run(SELECT_ONE))
        except StoreUnavailable as error:
            return str(error)
        return "ok"

    async def verify(self, *, start: int = 1, end: int | None = None, anchor: Path | None = None) -> Report:
        """Whether the audit is whole. Raises StoreUnavailable, AnchorProblem."""
        keys = Keys(self._keys.public, self._keys.mac)
        anchor = anchor or self.anchor
        return await asyncio.to_thread(verify_file, self.file, keys, anchor=anchor, start=start, end=end)

    async def purge_audit(self, days: int = KEEP_DAYS) -> int:
        """Forget rows older than `days`, in one transaction with the record of it; the last of them, 0 for none.

        Raises StoreUnavailable, AuditTampered.
        """
        report = await self.verify()
        if not report.ok:
            raise AuditTampered(report.text)
        async with self.write() as tx:
            last = await purge(tx, self._signer, self._clock.now() - timedelta(days=days))
            if last:
                event = AuditEvent(
                    type=EventType.PURGE, result="purged", detail={"up_to": last, "days": days}
                )
                await self.audit.append(tx, event)
        return last

    async def close(self) -> None:
        """Signs what has no head yet."""
        if self._closed:
            return
        await self._keeper.close()
        self._closed = True
        await self._grouped.settled()
        await self._readers.close()
        await self._writer.close()

    def _may_write(self) -> None:
        self._must_be_open()
        if self._lock.locked() and self._writing is asyncio.current_task():
            raise RuntimeError("a write within a write would wait for itself")

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the database is closed")


def anchor_beside(file: Path) -> Path:
    return file.with_suffix(".audit-heads.jsonl")


def _keys(file: Path, key_file: Path | None, signing_key_file: Path | None) -> AuditKeys:
    """What is named must be there; what is not is kept beside the database, made on the first start."""
    return load_keys(
        key_file or file.with_name(MAC_NAME),
        signing_key_file or file.with_name(SIGNING_NAME),
        make_mac=key_file is None,
        make_signing=signing_key_file is None,
    )


@contextmanager
def _translated() -> Iterator[None]:
    """What a caller may wait out becomes StoreUnavailable; neither statement nor values are repeated."""
    try:
        yield
    except OURS:
        raise
    except DBAPIError as error:
        raise StoreUnavailable(f"the database cannot be used: {error.orig}") from error

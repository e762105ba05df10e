"""The door to everything stored. Reads never wait for writes.

On SQLite there is one transaction of writes at a time. On PostgreSQL there are as many as connections: whoever decides on a
plan holds its row, and those that propose, or append to the audit, take turns (`Tx.alone`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, ProgrammingError

from storage.approvals import Approvals
from storage.artifacts import Artifacts
from storage.audit.anchor import Anchor
from storage.audit.events import AuditEvent, EventType
from storage.audit.keeper import HeadKeeper
from storage.audit.keys import MAC_NAME, SIGNING_NAME, AuditKeys, load_keys
from storage.audit.purge import AT_ONCE, KEEP_DAYS, any_older, purge
from storage.audit.signer import Signer
from storage.audit.store import Audit
from storage.audit.verify import Keys, Report, verify_file
from storage.backend import POOL_SIZE, Backend, anchor_beside, open_backend
from storage.clock import Clock
from storage.deploys import Deploys
from storage.detectors import Detectors
from storage.digests import Digests
from storage.errors import AuditTampered, StoreUnavailable
from storage.executions import Executions
from storage.facts import Facts
from storage.feedback import Feedback
from storage.grants import Grants
from storage.inbox import Inbox
from storage.incidents import Countdowns, Incidents
from storage.judgements import Judgements
from storage.keys import Keys as PersonKeys
from storage.keys import Signatures
from storage.notifications import Notifications
from storage.outbox import Outbox
from storage.plans import Plans
from storage.preferences import PreferenceStore
from storage.reviews import Reviews
from storage.rooms import Rooms
from storage.servicemap import ServiceMapRows
from storage.shadow import Shadow
from storage.slots import Slots
from storage.switches import Switches
from storage.threaded import Threaded
from storage.triage import Triage
from storage.triagenotes import TriageNotes
from storage.turns import Turns
from storage.tx import Done, Job, Tx, commit, step_by_step, undo, whole
from storage.watches import Watches
from storage.workers import Workers

__all__ = ["Database", "Tx", "anchor_beside"]

T = TypeVar("T")
WRITABLE = text("SHOW transaction_read_only")
# Of no use to us, and a page that is really written: where the disk is full, a writing transaction still begins and ends well.
TOUCH = text("PRAGMA user_version = 0")
OWNED = {
    "sqlite": text("SELECT 1"),
    "postgresql": text(
        "SELECT pg_has_role(tableowner, 'MEMBER') FROM pg_tables WHERE tablename = 'audit_events'"
    ),
}
# A broken rule or a bug: trying later does not help.
OURS = (IntegrityError, InterfaceError, ProgrammingError)


class Database:
    """Open it with `Database.open`, close it when done; the stores are its attributes."""

    def __init__(self, backend: Backend, *, clock: Clock, keys: AuditKeys, anchor: Path, worker: str) -> None:
        self.source = backend.source
        self.shared = backend.shared
        self._apart = backend.apart
        self._writers = backend.writers
        self._readers = backend.readers
        self._writing: set[asyncio.Task[object] | None] = set()
        self._closed = False
        self._keys = keys
        self.anchor = anchor
        self._clock = clock
        self._signer = Signer(keys, clock)
        self._keeper = HeadKeeper(self._signer, Anchor(anchor), read=self.read, write=self.write)
        self.audit = Audit(clock, keys, self._keeper)
        self.plans = Plans()
        self.preferences = PreferenceStore()
        self.approvals = Approvals()
        self.executions = Executions(clock)
        self.incidents = Incidents()
        self.countdowns = Countdowns()
        self.keys = PersonKeys()
        self.signatures = Signatures()
        self.workers = Workers(worker)
        self.slots = Slots(clock, worker)
        self.inbox = Inbox(clock, worker)
        self.outbox = Outbox(clock, worker)
        self.notifications = Notifications(worker)
        self.turns = Turns()
        self.switches = Switches(clock)
        self.reviews = Reviews()
        self.grants = Grants()
        self.artifacts = Artifacts(clock)
        self.deploys = Deploys()
        self.digests = Digests()
        self.detectors = Detectors()
        self.rooms = Rooms()
        self.facts = Facts()
        self.watches = Watches()
        self.judgements = Judgements()
        self.feedback = Feedback()
        self.triage = Triage()
        self.triage_notes = TriageNotes()
        self.shadow = Shadow()
        self.service_map = ServiceMapRows()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock,
        key_file: Path | None = None,
        signing_key_file: Path | None = None,
        anchor: Path | None = None,
        folder: Path | None = None,
        pool_size: int = POOL_SIZE,
        worker: str = "",
    ) -> Database:
        """`worker` names this process in rows that are its own to work on.

        Migrates a SQLite file, never a PostgreSQL. Without key files, keys are made in `folder`: for development.

        Raises StoreUnavailable, SchemaMismatch, KeyProblem.
        """
        backend = await open_backend(url, folder=folder, pool_size=pool_size)
        keys = await asyncio.to_thread(_keys, backend.folder, key_file, signing_key_file)
        return cls(backend, clock=clock, keys=keys, anchor=anchor or backend.anchor, worker=worker)

    @property
    def file(self) -> Path:
        """Of a SQLite database."""
        return Path(self.source)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """A snapshot that does not change while it is looked at. Raises StoreUnavailable."""
        self._must_be_open()
        with _translated():
            async with self._readers.one() as reader, step_by_step(reader, undo) as tx:
                yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tx]:
        """All or nothing, on disk when it returns. Raises StoreUnavailable, and then nothing was written.

        Of one thing PostgreSQL cannot be sure: a commit whose answer was lost on the way. Every write is safe to repeat.
        """
        async with self._writer() as writer, step_by_step(writer, commit) as tx:
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

    async def write_whole(self, job: Job[T], *, shares: bool = False) -> T:
        """As `write`, in one visit to the database: `job` waits for its own statements and for nothing else.

        On SQLite those that are asked for at the same time share the wait for the disk. On PostgreSQL those do that say so:
        beside new rows that nobody else can name, such a job appends to the audit and waits for no other lock.
        """
        self._may_write()
        with _translated():
            done = await self._writers.do(job, shares=shares)
        for then in done.after:
            await then()
        result: T = done.result
        return result

    async def write_apart(self, job: Job[T]) -> T:
        """As `write_whole`, and waits for nobody else's turn: for signs of life. Nothing follows it."""
        self._may_write()
        with _translated():
            result: T = (await self._apart.do(job)).result
        return result

    @asynccontextmanager
    async def _writer(self) -> AsyncIterator[Threaded]:
        self._may_write()
        task = asyncio.current_task()
        with _translated():
            async with self._writers.one() as writer:
                self._writing.add(task)
                try:
                    yield writer
                finally:
                    self._writing.discard(task)

    async def check(self) -> str:
        """`ok` when it can be written to, else what is wrong in a few words; for readiness."""
        try:
            read_only = await self.write_whole(_read_only)
        except StoreUnavailable as error:
            return str(error)
        return "the database is read-only" if read_only else "ok"

    async def owned(self) -> bool:
        """Whether this role may let rows of the audit go."""
        return await self.read_whole(_owned)

    async def verify(self, *, start: int = 1, end: int | None = None, anchor: Path | None = None) -> Report:
        """Whether the audit is whole. Raises StoreUnavailable, AnchorProblem."""
        own = self._keys
        keys = Keys(own.public, own.mac, own.retired_publics, own.retired_macs)
        anchor = anchor or self.anchor
        return await asyncio.to_thread(verify_file, self.source, keys, anchor=anchor, start=start, end=end)

    async def purge_audit(self, days: int = KEEP_DAYS, *, at_once: int = AT_ONCE) -> int:
        """Forget rows older than `days`, some at a time, each time with the record of it. How many went.

        Raises StoreUnavailable, AuditTampered.
        """
        before = self._clock.now() - timedelta(days=days)
        if not await self.read_whole(partial(any_older, before=before)):
            return 0
        report = await self.verify()
        if not report.ok:
            raise AuditTampered(report.text)
        rows = gone = await self._purge_some(before, days, at_once)
        while gone == at_once:
            gone = await self._purge_some(before, days, at_once)
            rows += gone
        return rows

    async def _purge_some(self, before: datetime, days: int, most: int) -> int:
        async with self.write() as tx:
            purged = await purge(tx, self._signer, before, most)
            if purged.rows:
                detail = {"up_to": purged.last, "days": days}
                event = AuditEvent(type=EventType.PURGE, result="purged", detail=detail)
                await self.audit.append(tx, event)
        return purged.rows

    async def close(self) -> None:
        """Signs what has no head yet."""
        if self._closed:
            return
        await self._keeper.close()
        self._closed = True
        await self._writers.settled()
        await self._readers.close()
        await self._writers.close()
        if self.shared:
            await self._apart.close()

    def _may_write(self) -> None:
        self._must_be_open()
        if asyncio.current_task() in self._writing:
            raise RuntimeError("a write within a write would wait for itself")

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("the database is closed")


async def _owned(tx: Tx) -> bool:
    return bool((await tx.run(OWNED[tx.dialect])).scalar_one())


async def _read_only(tx: Tx) -> bool:
    if tx.dialect == "sqlite":
        await tx.run(TOUCH)
        return False
    return bool((await tx.run(WRITABLE)).scalar_one() == "on")


def _keys(folder: Path, key_file: Path | None, signing_key_file: Path | None) -> AuditKeys:
    """What is named must be there; what is not is kept beside the database, made on the first start."""
    return load_keys(
        key_file or folder / MAC_NAME,
        signing_key_file or folder / SIGNING_NAME,
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
        raise StoreUnavailable(f"the database cannot be used: {_plain(error.orig)}") from error


def _plain(error: object) -> str:
    """What PostgreSQL says may go on for lines, with values in them: the first is enough, of a wrong value its code."""
    code = str(getattr(error, "sqlstate", None) or "")
    return f"it does not take a value ({code})" if code.startswith("22") else str(error).partition("\n")[0]

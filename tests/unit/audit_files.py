"""Audit files for tests: made once, copied, and edited as whoever can write the file would."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from storage.audit.anchor import read_anchor
from storage.audit.chain import GENESIS, Mac, link
from storage.audit.events import AuditEvent, EventType
from storage.audit.keys import MAC_NAME, SIGNING_NAME, AuditKeys, load_keys
from storage.audit.verify import Keys, Report, verify_file
from storage.clock import FixedClock
from storage.database import Database, anchor_beside

CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
ROWS = 130  # one head at row 100, one at the end


def event(n: int) -> AuditEvent:
    return AuditEvent(
        type=EventType.TOOL_CALL,
        workspace="T1",
        tool="k8s_logs",
        request=f"in_{n}",
        detail={"n": n, "text": f"row {n}"},
    )


async def opened(folder: Path, url: str = "") -> Database:
    return await Database.open(url or f"sqlite+aiosqlite:///{folder}/app.db", clock=CLOCK, folder=folder)


async def append(db: Database, *numbers: int) -> list[int]:
    async with db.write() as tx:
        return await db.audit.append_many(tx, [event(n) for n in numbers])


@dataclass(frozen=True)
class AuditFile:
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "app.db"

    @property
    def anchor(self) -> Path:
        return anchor_beside(self.file)

    @property
    def keys(self) -> AuditKeys:
        return base_keys()

    def verify(self, *, macs: bool = True, anchor: bool = True, **limits: int) -> Report:
        keys = Keys(self.keys.public, self.keys.mac if macs else None)
        return verify_file(self.file, keys, anchor=self.anchor if anchor else None, **limits)

    def sql(self) -> closing[sqlite3.Connection]:
        """Every guard of the database off, and no waiting for the disk."""
        db = sqlite3.connect(self.file)
        db.execute("PRAGMA synchronous=OFF")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.commit()
        return closing(db)

    def rows(self) -> list[tuple[int, str, bytes, bytes, bytes]]:
        with closing(sqlite3.connect(self.file)) as db:
            return db.execute("SELECT seq, body, prev, hash, mac FROM audit_events ORDER BY seq").fetchall()

    def put(self, rows: list[tuple[int, str, bytes, bytes, bytes]]) -> None:
        """These rows in place of all others."""
        with self.sql() as db, db:
            db.execute("DELETE FROM audit_events")
            db.executemany(
                "INSERT INTO audit_events (seq, body, prev, hash, mac) VALUES (?, ?, ?, ?, ?)", rows
            )

    def heads(self) -> int:
        return len(read_anchor(self.anchor))


def chained(
    rows: list[tuple[int, str, bytes, bytes, bytes]], key: bytes | None
) -> list[tuple[int, str, bytes, bytes, bytes]]:
    """Numbered and hashed anew; sealed with `key`, or with the old macs."""
    made, prev, seal = [], GENESIS, Mac(key) if key else None
    for seq, (_, body, _, _, mac) in enumerate(rows, 1):
        digest = link(prev, seq, body.encode())
        made.append((seq, body, prev, digest, seal.of(digest) if seal else mac))
        prev = digest
    return made


def made_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="audit-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def base() -> Path:
    """A folder with a true audit of ROWS rows, made by the product."""
    folder = made_folder()

    async def make() -> None:
        db = await opened(folder)
        for n in range(ROWS):
            await append(db, n)
        await db.close()

    asyncio.run(make())
    return folder


@cache
def base_keys() -> AuditKeys:
    return load_keys(base() / MAC_NAME, base() / SIGNING_NAME)


@cache
def bare() -> Path:
    """The same without the guards of the database, for those who come in numbers."""
    folder = made_folder()
    audit = copy(folder)
    with audit.sql() as db:
        db.execute("PRAGMA journal_mode=DELETE")
    return folder


def copy(to: Path, *, guarded: bool = True) -> AuditFile:
    source = base() if guarded else bare()
    for name in ("app.db", anchor_beside(Path("app.db")).name, MAC_NAME, SIGNING_NAME):
        shutil.copyfile(source / name, to / name)
    return AuditFile(to)

"""Figures of the audit, for whoever wants them measured: how fast it appends and verifies."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage.audit.chain import GENESIS, Mac, link
from storage.audit.events import AuditEvent, EventType
from storage.audit.heads import EVERY_ROWS, Head, sign
from storage.audit.keys import AuditKeys
from storage.database import Database

EVENT = AuditEvent(
    type=EventType.TOOL_RESULT,
    workspace="TLOCAL",
    actor={"team_id": "TLOCAL", "user_id": "UALICE", "standing": "member"},
    channel="COPS",
    thread="1764000000.000100",
    correlation="c_0123456789ab",
    request="in_01JDKV6Z3Q8W6C5X9T2B7N4M1P",
    tool="k8s_logs",
    args_hash="0" * 64,
    result="ok",
    duration_ms=12,
)


@dataclass(frozen=True, slots=True)
class Appending:
    p50_ms: float
    p99_ms: float
    per_s: float


async def measure_appends(db: Database, *, rows: int = 1000, writers: int = 1) -> Appending:
    """One row a writer, as the bot notes what was read, `writers` at a time."""
    took: list[float] = []

    async def write(count: int) -> None:
        for _ in range(count):
            begun = time.perf_counter()
            await db.write_whole(lambda tx: db.audit.append(tx, EVENT), shares=True)
            took.append((time.perf_counter() - begun) * 1000)

    begun = time.perf_counter()
    await asyncio.gather(*(write(rows // writers) for _ in range(writers)))
    took.sort()
    return Appending(
        statistics.median(took), took[len(took) * 99 // 100 - 1], len(took) / (time.perf_counter() - begun)
    )


def fill(file: Path, keys: AuditKeys, rows: int) -> None:
    """A database of ours, still without events, gets `rows` true ones and their heads, quickly. Blocking."""
    prev, mac = GENESIS, Mac(keys.mac)
    events: list[tuple[int, str, bytes, bytes, bytes]] = []
    heads: list[Head] = []
    for seq in range(1, rows + 1):
        body = (
            f'{{"actor":{{"team_id":"TLOCAL","user_id":"UALICE"}},"args_hash":"{seq:064x}","channel":"COPS",'
            f'"id":"ev_{seq}","key_id":"{keys.mac_id}","request":"in_{seq % 997}","result":"ok","seq":{seq},'
            f'"time":"2026-11-24T09:00:00.000000+00:00","tool":"k8s_logs","type":"tool.result","workspace":"TLOCAL"}}'
        )
        digest = link(prev, seq, body.encode())
        events.append((seq, body, prev, digest, mac.of(digest)))
        prev = digest
        if seq % EVERY_ROWS == 0 or seq == rows:
            before = heads[-1].signature if heads else ""
            head = Head(
                len(heads) + 1, seq, digest.hex(), "2026-11-24T09:00:00+00:00", keys.public_id, before
            )
            heads.append(sign(keys, head))
    _insert(file, events, heads)


def _insert(file: Path, events: list[tuple[int, str, bytes, bytes, bytes]], heads: list[Head]) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.executemany("INSERT INTO audit_events (seq, body, prev, hash, mac) VALUES (?, ?, ?, ?, ?)", events)
        db.executemany(
            "INSERT INTO audit_heads (n, seq, hash, time, key_id, prev, signature, kind, workspace)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(h.n, h.seq, h.hash, h.time, h.key_id, h.prev, h.signature, h.kind, h.workspace) for h in heads],
        )

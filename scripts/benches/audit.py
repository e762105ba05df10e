"""The audit: appends as the bot makes them, on each database that is here, and how fast the whole is verified."""

from __future__ import annotations

import asyncio
from pathlib import Path

from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_keys
from storage.audit.measure import fill, measure_appends
from storage.clock import SystemClock
from storage.database import Database

ROWS = 1_000_000
POSTGRESQL = "usr/lib/postgresql/*/bin/initdb"


async def measure(root: Path, scale: float) -> dict[str, float]:
    root.mkdir()
    db = await Database.open(f"sqlite:///{root}/append.db", clock=SystemClock())
    appended = await _appended(db, "audit")
    return {
        **appended,
        **await _on_postgresql(root),
        **await _verified(root / "verify.db", int(ROWS * scale)),
    }


async def _appended(db: Database, name: str) -> dict[str, float]:
    one = await measure_appends(db, rows=1000)
    eight = await measure_appends(db, rows=1000, writers=8)
    await db.close()
    return {f"{name}_append_p50_ms": round(one.p50_ms, 2), f"{name}_appends_a_second": round(eight.per_s)}


async def _on_postgresql(root: Path) -> dict[str, float]:
    """One that waits for its disk, as in production; nothing where there is none."""
    if not list(Path("/").glob(POSTGRESQL)):
        return {}
    from tests.servers.postgres import opened

    server = await asyncio.to_thread(lambda: opened(fast=False))
    try:
        url = server.url(await asyncio.to_thread(server.ready))
        db = await Database.open(url, clock=SystemClock(), folder=root)
        return await _appended(db, "audit_postgresql")
    finally:
        await asyncio.to_thread(server.remove)


async def _verified(file: Path, rows: int) -> dict[str, float]:
    await (await Database.open(f"sqlite:///{file}", clock=SystemClock())).close()
    keys = load_keys(file.parent / MAC_NAME, file.parent / SIGNING_NAME)
    await asyncio.to_thread(fill, file, keys, rows)
    db = await Database.open(f"sqlite:///{file}", clock=SystemClock())
    report = await db.verify()
    await db.close()
    if not report.ok:
        raise SystemExit(f"the audit that was just written does not verify: {report.text}")
    return {"audit_rows": report.rows, "audit_verify_rows_a_second": round(report.rows / report.seconds)}

"""The audit: appends as the bot makes them, and how fast the whole is verified."""

from __future__ import annotations

import asyncio
from pathlib import Path

from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_keys
from storage.audit.measure import fill, measure_appends
from storage.clock import SystemClock
from storage.database import Database

ROWS = 1_000_000


async def measure(root: Path, scale: float) -> dict[str, float]:
    root.mkdir()
    db = await Database.open(f"sqlite:///{root}/append.db", clock=SystemClock())
    one = await measure_appends(db, rows=1000)
    eight = await measure_appends(db, rows=1000, writers=8)
    await db.close()
    return {
        "audit_append_p50_ms": round(one.p50_ms, 2),
        "audit_appends_a_second": round(eight.per_s),
        **await _verified(root / "verify.db", int(ROWS * scale)),
    }


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

"""Signs heads as they fall due, and carries them out of the database: into the anchor file and into the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from sqlalchemy import insert, select, text

from storage.audit.anchor import Anchor
from storage.audit.chain import GENESIS, Mac
from storage.audit.heads import EVERY_ROWS, EVERY_SECONDS, Head, sign
from storage.audit.keys import AuditKeys
from storage.audit.raw import Raw
from storage.audit.walk import Wrong, chained
from storage.clock import Clock
from storage.errors import StoreUnavailable
from storage.rows import many, one, values_of
from storage.tables_audit import AuditHead, AuditRecord
from storage.tx import Tx

Transaction = Callable[[], AbstractAsyncContextManager[Tx]]
SINCE = text(
    "SELECT seq, body, prev, hash, mac FROM audit_events WHERE seq >= :first AND seq <= :seq ORDER BY seq"
)
log = logging.getLogger("storage.audit")


class HeadKeeper:
    """A head at each hundredth row, in the transaction of that row; and one 60 s after any row, and at the end."""

    def __init__(
        self,
        *,
        keys: AuditKeys,
        clock: Clock,
        anchor: Anchor,
        read: Transaction,
        write: Transaction,
        seconds: float = EVERY_SECONDS,
    ) -> None:
        self._keys = keys
        self._seal = Mac(keys.mac)
        self._seconds = seconds
        self._clock = clock
        self._anchor = anchor
        self._read = read
        self._write = write
        self._signed = 0
        self._written = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def wrote(self, tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
        """Called in the transaction that appended `rows`."""
        due = [row for row in rows if row["seq"] % EVERY_ROWS == 0]
        for row in due:
            await self._sign(tx, row["seq"], row["hash"])
        tx.after.append(partial(self._committed, rows[-1]["seq"], due[-1]["seq"] if due else 0))

    async def _sign(self, tx: Tx, seq: int, digest: bytes) -> None:
        last = await self._last(tx)
        if not await self._sound(tx, last, seq):
            return
        head = Head(
            n=last.n + 1 if last else 1,
            seq=seq,
            hash=digest.hex(),
            time=self._clock.now().isoformat(),
            key_id=self._keys.public_id,
            prev=last.signature if last else "",
        )
        await tx.run(insert(AuditHead), values_of(sign(self._keys, head)))

    async def _sound(self, tx: Tx, last: Head | None, seq: int) -> bool:
        """Our signature never vouches for rows that somebody edited since the last head."""
        first, before = (last.seq + 1, bytes.fromhex(last.hash)) if last else (1, GENESIS)
        found = await tx.run(SINCE, {"first": first, "seq": seq})
        rows = (Raw(row.seq, str(row.body).encode(), row.prev, row.hash, row.mac) for row in found)
        try:
            for _ in chained(rows, first, before, self._seal):
                pass
        except Wrong as wrong:
            log.critical("audit_tampered row %s %s", wrong.problem.seq, wrong.problem.why)
            return False
        return True

    async def _last(self, tx: Tx) -> Head | None:
        return one(Head, (await tx.run(select(AuditHead).order_by(AuditHead.n.desc()).limit(1))).first())

    async def _committed(self, written: int, signed: int) -> None:
        self._written = max(self._written, written)
        if signed:
            await self._publish(signed)
        if self._timer is None and self._written > self._signed:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._due)

    def _due(self) -> None:
        self._timer = None
        self._task = asyncio.create_task(self._in_time(), name="audit head")

    async def _in_time(self) -> None:
        try:
            await self.sign_tail()
        except StoreUnavailable:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._due)

    async def sign_tail(self) -> None:
        """A head for the newest row, unless it has one. Raises StoreUnavailable."""
        async with self._write() as tx:
            newest = select(AuditRecord.seq, AuditRecord.hash).order_by(AuditRecord.seq.desc()).limit(1)
            tail, last = (await tx.run(newest)).first(), await self._last(tx)
            if tail is None or (last is not None and last.seq >= tail.seq):
                return
            await self._sign(tx, tail.seq, tail.hash)
        await self._publish(tail.seq)

    async def _publish(self, signed: int) -> None:
        """Whatever the anchor does not hold yet, also from a process that died before it came to that."""
        self._signed = max(self._signed, signed)
        try:
            known = await asyncio.to_thread(self._anchor.last)
            async with self._read() as tx:
                query = select(AuditHead).where(AuditHead.n > known).order_by(AuditHead.n)
                heads = many(Head, await tx.run(query))
            await asyncio.to_thread(self._anchor.add, heads)
        except (OSError, StoreUnavailable) as error:
            log.error("audit_anchor_not_written %s", type(error).__name__)  # noqa: TRY400 - no stack needed
            return
        for head in heads:
            log.info("audit_head %s", head.line())

    async def close(self) -> None:
        """The last rows of this process get their head."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.wait({self._task})
        if self._written <= self._signed:
            return
        try:
            await self.sign_tail()
        except StoreUnavailable:
            log.error("audit_head_not_written")  # noqa: TRY400

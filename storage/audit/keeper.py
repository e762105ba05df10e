"""Has heads signed as they fall due, and carries them out of the database: into the anchor file and into the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from sqlalchemy import text

from storage.audit.anchor import Anchor
from storage.audit.heads import AFTER_QUIET_SECONDS, EVERY_ROWS, EVERY_SECONDS
from storage.audit.signer import Signer
from storage.errors import StoreUnavailable
from storage.tx import CHAIN, Tx

Transaction = Callable[[], AbstractAsyncContextManager[Tx]]
TAIL = text("SELECT seq, hash FROM audit_events ORDER BY seq DESC LIMIT 1")
CLOCK_STEP_S = 0.001  # a timer may fire this much early
log = logging.getLogger("storage.audit")


class HeadKeeper:
    """A head at each hundredth row, in the transaction of that row; one when rows stop coming for a few seconds,
    at the latest 60 s after any row; and one at the end.

    A row only notes the time: the one timer looks at that note when it is due, and waits on while rows still come.
    """

    def __init__(
        self,
        signer: Signer,
        anchor: Anchor,
        *,
        read: Transaction,
        write: Transaction,
        seconds: float = EVERY_SECONDS,
        quiet: float = AFTER_QUIET_SECONDS,
    ) -> None:
        self._signer = signer
        self._anchor = anchor
        self._read = read
        self._write = write
        self._seconds = seconds
        self._quiet = min(quiet, seconds)
        self._first_at = 0.0
        self._last_at = 0.0
        self._signed = 0
        self._written = 0
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def wrote(self, tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
        """Called in the transaction that appended `rows`."""
        signed = 0
        for row in rows:
            if row["seq"] % EVERY_ROWS == 0 and await self._signer.sign(tx, row["seq"], row["hash"]):
                signed = row["seq"]
        tx.after.append(partial(self._committed, rows[-1]["seq"], signed))

    async def _committed(self, written: int, signed: int) -> None:
        self._written = max(self._written, written)
        if signed:
            await self._publish(signed)
        self._last_at = asyncio.get_running_loop().time()
        if self._timer is None and self._written > self._signed:
            self._first_at = self._last_at
            self._wait(self._quiet)

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._due)

    def _due(self) -> None:
        self._timer = None
        due = min(self._last_at + self._quiet, self._first_at + self._seconds)
        left = due - asyncio.get_running_loop().time()
        if left > CLOCK_STEP_S:
            self._wait(left)
            return
        self._task = asyncio.create_task(self._in_time(), name="audit head")

    async def _in_time(self) -> None:
        try:
            await self.sign_tail()
        except StoreUnavailable:
            if self._timer is None:
                self._wait(self._quiet)

    async def sign_tail(self) -> None:
        """A head for the newest row, unless it has one. Raises StoreUnavailable."""
        async with self._write() as tx:
            await tx.alone(CHAIN)
            tail, last = (await tx.run(TAIL)).first(), await self._signer.furthest(tx)
            if tail is None or (last is not None and last.seq >= tail.seq):
                return
            signed = await self._signer.sign(tx, tail.seq, tail.hash)
        if signed:
            await self._publish(tail.seq)

    async def _publish(self, signed: int) -> None:
        """Whatever the anchor does not hold yet, also from a process that died before it came to that."""
        self._signed = max(self._signed, signed)
        try:
            known = await asyncio.to_thread(self._anchor.last)
            async with self._read() as tx:
                heads = await self._signer.after(tx, known)
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

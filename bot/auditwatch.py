"""The audit is verified on a schedule by the running bot, so that an edited record is heard of though nobody asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from agents.outcomes import Answer, Outcome
from bot.metrics import AUDIT_VERIFIED
from storage.clock import Clock
from storage.database import Database, Tx
from storage.errors import StoreUnavailable

FIRST: Final = timedelta(minutes=5)  # a process that has just begun has other things to do
LOST: Final = timedelta(minutes=5)  # whoever took it so long ago and did not end it is gone
SLOT: Final = "audit verified"
DONE: Final = "audit verified to the end"
log = structlog.get_logger(__name__)


@dataclass
class AuditWatch:
    """`prove` is what `audit verify` does: off the event loop, and it raises the alarm itself. `hours` 0: never."""

    db: Database
    clock: Clock
    prove: Callable[[], Awaitable[Outcome]]
    hours: int
    since: datetime | None = None
    looked: str = ""
    seen: tuple[str, datetime] | None = None  # who is at it, and since when this process sees that

    async def look(self) -> None:
        """Every few seconds, in every process; one of them all proves it, each `hours` once. Another where that one is gone."""
        now = self.clock.now()
        self.since = self.since or now
        stretch = f"{self.hours}:{int(now.timestamp() // (self.hours * 3600))}" if self.hours else ""
        if not stretch or stretch == self.looked or now - self.since < FIRST:
            return
        try:
            if await self.db.write_whole(lambda tx: self._ours(tx, stretch, now)):
                await self._proved()
                await self.db.write_whole(lambda tx: self.db.slots.first(tx, DONE, stretch))
        except StoreUnavailable as error:
            log.warning("audit_verification_put_off", reason=str(error))

    async def _ours(self, tx: Tx, stretch: str, now: datetime) -> bool:
        """Whoever said nothing for so long is gone, or failed: one of the others takes it up."""
        slots = self.db.slots
        if await slots.first(tx, SLOT, stretch):
            return True
        if await slots.peek(tx, DONE, stretch):
            self.looked = stretch
            return False
        holder = await slots.peek(tx, SLOT, stretch)
        if self.seen is None or self.seen[0] != f"{stretch} {holder}":
            self.seen = (f"{stretch} {holder}", now)
        if now - self.seen[1] < LOST or not await slots.inherit(tx, SLOT, stretch, holder):
            return False
        self.seen = None
        return True

    async def _proved(self) -> None:
        found = await self.prove()
        AUDIT_VERIFIED.labels("whole" if isinstance(found, Answer) else "not whole or not read").inc()
        if isinstance(found, Answer):
            log.info("audit_verified")

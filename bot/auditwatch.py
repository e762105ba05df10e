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
from storage.database import Database
from storage.errors import StoreUnavailable

FIRST: Final = timedelta(minutes=5)  # a process that has just begun has other things to do
SLOT: Final = "audit verified"
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

    async def look(self) -> None:
        """Every few seconds, in every process; one of them all proves it, each `hours` once."""
        now = self.clock.now()
        self.since = self.since or now
        stretch = str(int(now.timestamp() // (self.hours * 3600))) if self.hours else ""
        if not stretch or stretch == self.looked or now - self.since < FIRST:
            return
        try:
            ours = await self.db.write_whole(lambda tx: self.db.slots.first(tx, SLOT, f"{self.hours}:{stretch}"))  # fmt: skip
        except StoreUnavailable as error:
            log.warning("audit_verification_put_off", reason=str(error))
            return
        self.looked = stretch
        if ours:
            await self._proved()

    async def _proved(self) -> None:
        found = await self.prove()
        AUDIT_VERIFIED.labels("whole" if isinstance(found, Answer) else "not whole or not read").inc()
        if isinstance(found, Answer):
            log.info("audit_verified")

"""Once a day: what is older than it must be kept goes. Of the audit and of results nothing goes where no setting says how long that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import structlog

from agents.changes.ports import Alarm
from bot.metrics import PURGED
from storage.clock import Clock
from storage.database import Database
from storage.errors import AuditTampered

SAID_DAYS: Final = 365  # what people said of answers, alerts and digests is counted over weeks
log = structlog.get_logger(__name__)


@dataclass
class Housekeeping:
    """`audit_days` and `result_days` are how long rows of the audit and full results are kept; None: for ever."""

    db: Database
    clock: Clock
    alarm: Alarm
    audit_days: int | None = None
    result_days: int | None = None
    _done: date = field(default=date.min)
    _begun: set[tuple[str, date]] = field(default_factory=set)  # here: what failed is tried again

    async def daily(self) -> None:
        """Called with each tick; a day that has begun is begun once. Raises StoreUnavailable, and then comes again."""
        today = self.clock.now().date()
        if today <= self._done:
            return
        await self._results()
        await self._said()
        await self._audit()
        self._done = today

    async def _ours(self, what: str) -> bool:
        """Whether this process does it today, of all that work on the database.

        At most once: the day is taken before the work, so what a process that is killed meanwhile left waits for tomorrow.
        """
        today = self.clock.now().date()
        if (what, today) not in self._begun:
            if not await self.db.write_whole(lambda tx: self.db.slots.first(tx, what, today.isoformat())):
                return False
            self._begun = {(name, day) for name, day in self._begun if day == today} | {(what, today)}
        return True

    async def _results(self) -> None:
        if self.result_days is None or not await self._ours(f"purge results of {self.result_days} days"):
            return
        before = self.clock.now() - timedelta(days=self.result_days)
        gone = await self.db.write_whole(lambda tx: self.db.artifacts.forget_before(tx, before))
        self._count("results", gone, self.result_days)

    async def _said(self) -> None:
        """Words about answers, alerts and digests. The votes that probation counts are in tables of their own, and stay."""
        days = max(SAID_DAYS, self.result_days or 0)
        if not await self._ours(f"purge judgements of {days} days"):
            return
        db, before = self.db, self.clock.now() - timedelta(days=days)
        self._count("feedback", await db.write_whole(lambda tx: db.feedback.forget_before(tx, before)), days)
        gone = await db.write_whole(lambda tx: db.judgements.forget_before(tx, before))
        self._count("judgements", gone, days)

    async def _audit(self) -> None:
        """An audit that is not whole is left as it is: somebody must look at it first."""
        if self.audit_days is None or not await self._ours(f"purge audit of {self.audit_days} days"):
            return
        try:
            gone = await self.db.purge_audit(self.audit_days)
        except AuditTampered as error:
            self.alarm.raise_alarm("audit_not_purged", str(error))
            return
        self._count("audit", gone, self.audit_days)

    def _count(self, what: str, rows: int, days: int) -> None:
        PURGED.labels(what).inc(rows)
        if rows:
            log.info("purged", what=what, rows=rows, days=days)

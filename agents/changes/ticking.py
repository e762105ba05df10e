"""Once a minute, and at each expiry: what no click and no run will do by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agents.changes.ledger import APPROVED, EXECUTING, PENDING, UNKNOWN, VERIFYING, Ledger, expiry
from agents.changes.outcome import outcome_of
from agents.changes.ports import Alarm, Standing, Starter
from agents.outcomes import Announcer
from storage.plans import PlanRow

UNCLAIMED_S = 60.0
LOOK_AGAIN_AFTER_S = 30.0
LOOK_AGAIN_FOR_S = 3600.0


class Ticker:
    def __init__(
        self,
        *,
        ledger: Ledger,
        starter: Starter,
        announcer: Announcer,
        alarm: Alarm,
        running: Callable[[str], bool],
        standing: Standing,
    ) -> None:
        self._ledger = ledger
        self._starter = starter
        self._announcer = announcer
        self._alarm = alarm
        self._running = running
        self._standing = standing

    async def tick(self) -> None:
        """Expire, start what is approved and unclaimed, take up what is half done. Raises StoreUnavailable."""
        await self._replay()
        waiting = await self._plans(PENDING) + await self._plans(APPROVED)
        now = self._ledger.clock.now()
        for row in waiting:
            if now >= row.expires_at:
                await self._expire(row)
        for row in await self._plans(APPROVED):
            since = row.decided_at or row.created_at
            if now - since > timedelta(seconds=UNCLAIMED_S):
                self._alarm.raise_alarm(
                    "approved_not_started", f"{row.id} was approved at {since:%H:%M:%S} and waits"
                )
        await self.take_up()
        for row in await self._plans(UNKNOWN):
            if not self._running(row.id) and self._look_again(row, now):
                await self._starter.start_change(row.id)

    async def take_up(self) -> None:
        """What is half done by this process or by one that is gone, and what such a one was about to begin.

        Raises StoreUnavailable.
        """
        for row in await self._plans(APPROVED):
            if not self._running(row.id):  # of several that begin, one can claim it
                await self._starter.start_change(row.id)
        for row in await self._plans(EXECUTING) + await self._plans(VERIFYING):
            if not self._running(row.id) and await self._free(row):
                await self._starter.start_change(row.id)

    async def _free(self, row: PlanRow) -> bool:
        worker = row.claimed_by or ""
        if worker == self._standing.worker:
            return True
        return await self._ledger.db.read_whole(lambda tx: self._standing.gone(tx, worker))

    @staticmethod
    def _look_again(row: PlanRow, now: datetime) -> bool:
        """While an unknown outcome is young, whoever could not be asked may answer again."""
        ended = outcome_of(row).ended_at
        if not ended:
            return False
        age = (now - datetime.fromisoformat(ended)).total_seconds()
        return LOOK_AGAIN_AFTER_S <= age <= LOOK_AGAIN_FOR_S

    async def next_expiry_s(self) -> float | None:
        """Seconds until the next waiting plan expires; None when none waits."""
        waiting = await self._plans(PENDING) + await self._plans(APPROVED)
        if not waiting:
            return None
        first = min(row.expires_at for row in waiting)
        return max(0.0, (first - self._ledger.clock.now()).total_seconds())

    async def _plans(self, state: object) -> list[PlanRow]:
        async with self._ledger.db.read() as tx:
            return list(await self._ledger.db.plans.list(tx, state=state, limit=1000))

    async def _expire(self, row: PlanRow) -> None:
        if await self._ledger.move_alone(row, expiry(row, self._ledger)):
            await self._announcer.plan_settled(row.id)

    async def _replay(self) -> None:
        """Outcomes that only the spool holds go into the audit; then their plans are audited again."""
        if not await self._ledger.trail.replay():
            return
        async with self._ledger.db.write() as tx:
            for row in await self._ledger.db.plans.list(tx, limit=1000):
                if row.unaudited:
                    await self._ledger.db.plans.move(
                        tx, row.id, to=row.state, allowed_from={row.state}, unaudited=False
                    )

"""What notifications need besides being sent: taken over, escalated, counted, and one day forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import structlog

from agents.notifications.event import Event
from agents.notifications.routing import Router
from bot.core import Core
from bot.metrics import NOTIFICATIONS_AGE, NOTIFICATIONS_IN
from bot.notify.courier import Courier
from bot.notify.dispatch import Dispatch
from storage.errors import StoreUnavailable
from storage.notifications import STATES, NotificationRow
from storage.tx import Tx

KEPT = timedelta(days=90)
log = structlog.get_logger(__name__)


@dataclass
class Tending:
    core: Core
    dispatch: Dispatch
    courier: Courier
    _done: date = field(default=date.min)

    async def look(self) -> None:
        """Every few seconds, in every process. A store that is away is waited for."""
        db, workspace, now = self.core.db, self.dispatch.workspace, self.core.clock.now()
        store = db.notifications
        try:
            await db.write_whole(lambda tx: store.take_over(tx, alone=not db.shared))
            await self._let_go()
            for row in await db.read_whole(lambda tx: store.overdue(tx, workspace, now)):
                await self._escalate(row)
            await self._count()
            await self._forget()
        except StoreUnavailable as error:
            log.warning("notifications_not_tended", reason=str(error))

    async def _let_go(self) -> None:
        """What this process began and lost sight of. Read first and compared then: what begins meanwhile is under way."""
        db = self.core.db
        for row in await db.read_whole(db.notifications.ours):
            if row.id not in self.courier.under_way:
                await db.write_whole(partial(db.notifications.let_go, row=row))

    async def _escalate(self, row: NotificationRow) -> None:
        now = self.core.clock.now()
        event = await self.core.db.read_whole(lambda tx: self.dispatch.cap.told(tx, row))
        router, route = await self.dispatch.router(event.channel), self.dispatch.next_route(row)
        job = partial(self._on, row=row, event=event, router=router, route=route)
        if await self.core.db.write_whole(job):
            log.info(
                "notification_escalated", notification=row.id, route=route, waited=str(now - row.made_at)
            )

    async def _on(self, tx: Tx, row: NotificationRow, event: Event, router: Router, route: str) -> bool:
        if not await self.core.db.notifications.escalated(tx, row.id):
            return False
        now = self.core.clock.now()
        await self.dispatch.add(tx, event, router.along(route, event, now), now, singly=True)
        return True

    async def _count(self) -> None:
        db, workspace, now = self.core.db, self.dispatch.workspace, self.core.clock.now()
        found = await db.read_whole(lambda tx: db.notifications.counts(tx, workspace))
        for state in STATES:
            NOTIFICATIONS_IN.labels(state).set(found.get(state, 0))
        oldest = await db.read_whole(lambda tx: db.notifications.oldest_due(tx, workspace, now))
        NOTIFICATIONS_AGE.set((now - oldest).total_seconds() if oldest else 0.0)

    async def _forget(self) -> None:
        """Once a day, history older than ninety days."""
        now = self.core.clock.now()
        if now.date() <= self._done:
            return
        await self.core.db.write_whole(lambda tx: self.core.db.notifications.forget(tx, now - KEPT))
        self._done = now.date()

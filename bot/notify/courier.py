"""Sends what is due, each delivery by one process at a time: claimed, sent, noted; tried again with patience, then a dead letter.

Whoever dies between the claim and the note leaves a row that others take over and send again under the same name.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from agents.notifications.event import Event
from agents.notifications.routing import Router
from bot.core import Core
from bot.metrics import NOTIFICATIONS
from bot.notify.dispatch import OVER, Dispatch
from bot.notify.ways import Delivery, MayHaveArrived, SlackIsAway, Way
from storage.errors import StoreUnavailable
from storage.notifications import SENDING, WAITING, NotificationRow
from storage.tx import Job, Tx
from tools.errors import NotYet, ToolError, TryLater

AFTER_S: Final = (15, 30, 60, 120, 300, 600, 900, 1800, 1800)
AT_ONCE: Final = 8  # by one way
MOST: Final = len(AFTER_S) + 1
SOON_S: Final = 3.0  # what it waits for is on its way
SLACK_LATEST_S: Final = 60.0  # when Slack is back, it is not long until we notice
SLACK_PATIENCE: Final = timedelta(hours=24)
DEAD_EVENT: Final = "dead:"
log = structlog.get_logger(__name__)


@dataclass
class Courier:
    core: Core
    dispatch: Dispatch
    ways: Mapping[str, Way]
    _under_way: dict[str, str] = field(default_factory=dict)  # by id: the way it takes
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _unnoted: dict[str, Job[bool]] = field(default_factory=dict)

    @property
    def under_way(self) -> frozenset[str]:
        return frozenset(self._under_way.keys() | self._unnoted.keys())

    async def look(self) -> None:
        """Begins with everything that is due and that its way has room for; no way waits for another. A store that is away is waited for."""
        db = self.core.db
        try:
            for ref, job in tuple(self._unnoted.items()):
                await db.write_whole(job)
                self._unnoted.pop(ref, None)
            busy = Counter(self._under_way.values())
            free = [kind for kind in self.ways if busy[kind] < AT_ONCE]
            now, workspace = self.core.clock.now(), self.dispatch.workspace
            for row in await db.read_whole(lambda tx: db.notifications.due(tx, workspace, free, now)):
                if row.id not in self._under_way and busy[row.kind] < AT_ONCE:
                    busy[row.kind] += 1
                    self._begin(row)
        except StoreUnavailable as error:
            log.warning("notifications_put_off", reason=str(error))

    async def settled(self) -> None:
        """What is under way has ended, one way or the other."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def stop(self) -> None:
        """What was handed over and not noted yet is taken up by others, or by the next start."""
        for task in self._tasks:
            task.cancel()

    def _begin(self, row: NotificationRow) -> None:
        self._under_way[row.id] = row.kind
        task = asyncio.create_task(self._one(row), name=row.id)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._under_way.pop(task.get_name(), None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("notification_failed", notification=task.get_name(), exc_info=error)

    async def _one(self, row: NotificationRow) -> None:
        try:
            self.core.lease.must_hold()
            event = await self.core.db.read_whole(lambda tx: self.dispatch.cap.told(tx, row))
            if await self._its_turn(row) and await self.core.db.write_whole(
                lambda tx: self.core.db.notifications.claim(tx, row.id)
            ):
                await self._send(replace(row, attempts=row.attempts + 1), event)
        except StoreUnavailable as error:
            log.warning("notification_put_off", notification=row.id, reason=str(error))

    async def _its_turn(self, row: NotificationRow) -> bool:
        """An end goes out after the beginning that it ends."""
        if row.action == "trigger":
            return True
        store = self.core.db.notifications
        about = await self.core.db.read_whole(lambda tx: store.about(tx, row.workspace, row.subject))
        return not any(
            other.destination == row.destination and other.action == "trigger" and other.made_at <= row.made_at
            and other.state in {WAITING, SENDING}
            for other in about
        )  # fmt: skip

    async def _send(self, row: NotificationRow, event: Event) -> None:
        store, now = self.core.db.notifications, self.core.clock.now()
        self.core.lease.must_hold()  # a process that slept since its claim may have been taken for dead
        try:
            far_id = await self.ways[row.kind].send(Delivery(row, event, now))
        except ToolError as error:
            await self._failed(row, error)
        else:
            await self._note(row, "sent", lambda tx: store.sent(tx, row.id, far_id, self.core.clock.now()))

    async def _note(self, row: NotificationRow, result: str, job: Job[bool]) -> None:
        """What became of it is not forgotten while the store is away."""
        NOTIFICATIONS.labels(row.kind, result).inc()
        self._unnoted[row.id] = job
        await self.core.db.write_whole(job)
        self._unnoted.pop(row.id, None)

    async def _failed(self, row: NotificationRow, error: ToolError) -> None:
        now = self.core.clock.now()
        event = Event.of(row.content)
        router = await self.dispatch.router(event.channel)
        due = _due(row, error, now)
        log.warning(
            "notification_unsent", notification=row.id, way=row.kind, reason=error.reason, dead=due is None
        )
        job = partial(self._noted, row=row, error=error, due=due, router=router, now=now)
        await self._note(row, "dead" if due is None else "again", job)

    async def _noted(
        self,
        tx: Tx,
        *,
        row: NotificationRow,
        error: ToolError,
        due: datetime | None,
        router: Router,
        now: datetime,
    ) -> bool:
        """What is critical takes another way while Slack does not take it, in the same transaction."""
        db, event = self.core.db, Event.of(row.content)
        if row.kind == "slack" and event.urgent and (due is None or isinstance(error, SlackIsAway)):
            await self.dispatch.add(tx, event, router.instead(now), now)
        if due is None:
            return await self._dead(tx, row, error, router, now)
        unsure = isinstance(error, MayHaveArrived)
        done = await db.notifications.again(tx, row.id, error.reason, due, unsure=unsure)
        about = await db.notifications.about(tx, row.workspace, row.subject)
        if row.action == "trigger" and any(o.action == "resolve" and o.made_at >= row.made_at for o in about):
            await db.notifications.drop(tx, row.workspace, row.subject, now, OVER)
        return done

    async def _dead(
        self, tx: Tx, row: NotificationRow, error: ToolError, router: Router, now: datetime
    ) -> bool:
        """Said once by whatever other way there is; of what was to say that, nothing is said."""
        db = self.core.db
        if not await db.notifications.dead(tx, row.id, error.reason):
            return False
        if row.kind == "slack":
            await db.outbox.forget(tx, f"notification:{row.id}")
        if not row.event.startswith(DEAD_EVENT):
            told = dead_letter(row, error.reason, now)
            others = [one for one in router.planned(told, now) if one.destination != row.destination]
            await self.dispatch.add(tx, told, others, now)
        return True


def _due(row: NotificationRow, error: ToolError, now: datetime) -> datetime | None:
    """When it is tried again; None: not any more."""
    if not isinstance(error, TryLater):
        return None
    patient = isinstance(error, SlackIsAway | NotYet) and now - row.made_at < SLACK_PATIENCE
    if row.attempts >= MOST and not patient:
        return None
    seconds = float(AFTER_S[min(row.attempts, len(AFTER_S)) - 1])
    if isinstance(error, NotYet):
        seconds = SOON_S * row.attempts
    if row.kind == "slack":
        seconds = min(seconds, SLACK_LATEST_S)
    return now + timedelta(seconds=max(seconds, error.retry_after))


def dead_letter(row: NotificationRow, why: str, now: datetime) -> Event:
    return Event(
        key=f"{DEAD_EVENT}{row.id}:{now.isoformat()}",
        subject=f"{DEAD_EVENT}{row.id}",
        area="bot",
        severity="critical" if row.severity == "critical" else "warning",
        action="trigger",
        at=now,
        title=f"A notification could not be delivered by {row.kind}",
        lines=(
            f"Given up after {row.attempts} tries: {why}.",
            f"`notifications retry {row.id}` tries it anew.",
        ),
        facts=(("Route", row.route), ("It said", str(row.content.get("title", "")))),
    )

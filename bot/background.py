"""What runs beside the deliveries: the tick and what it does once a day, the policy's file, user groups, alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from agents.outlive import outlived
from agents.policy import Reloaded
from bot.anchoring import LOOK_S, bucket_anchor
from bot.auditwatch import AuditWatch
from bot.commands.proof import proof
from bot.core import Core
from bot.housekeeping import Housekeeping
from bot.lease import Taken
from bot.metrics import ALARMS
from bot.notify.heartbeat import EVERY_S, Heartbeat
from bot.people import REFRESH_S
from bot.signedelsewhere import SignedElsewhere
from bot.wiring import Wired
from storage.audit.events import AuditEvent, EventType
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from bot.stages import Agents

SWEEP_S = 5.0
TELL_S = 0.5
WATCH_S = 1.0
HELD_S = 2.0
STORE_S = 15.0
COSTS_S = 60.0
DIED_LATELY = timedelta(hours=1)
log = structlog.get_logger(__name__)


@dataclass
class Background:
    core: Core
    wired: Wired
    agents: Agents
    heartbeat: Heartbeat | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)  # what should have gone on
    _begun: set[str] = field(default_factory=set)  # of what was found: rows handed on, deaths on record
    _untold: Taken = Taken()

    def __post_init__(self) -> None:
        core, settings = self.core, self.core.settings
        self.signed = SignedElsewhere(core)
        self.anchor = bucket_anchor(settings.audit_anchor_bucket, core.clients.oracle, core.db, self)
        prove = partial(proof, settings, self)
        self.audit = AuditWatch(core.db, core.clock, prove, settings.audit_verify_hours)
        self.housekeeping = Housekeeping(
            core.db, core.clock, self, settings.audit_keep_days, settings.results_keep_days
        )

    def start(self) -> None:
        self._run(self.core.policy.watch(self.policy_changed), "policy")
        self._run(self._every(REFRESH_S, self.wired.groups.refresh), "groups")
        self._run(self._every(SWEEP_S, self.sweep), "sweep")
        self._run(self._every(TELL_S, self.tell), "tell")
        self._run(self._every(WATCH_S, self.wired.watch.look), "countdowns")
        self._run(self._every(WATCH_S, self.wired.incidents.look), "incidents")
        self._run(self._every(WATCH_S, self.wired.investigating.look), "investigations")
        self._run(self._every(WATCH_S, self.wired.incidents.shadows.look), "trust")
        self._run(self._every(SWEEP_S, self.digests), "digests")
        self._run(self._every(WATCH_S, self.wired.rooms.look), "rooms")
        self._run(self._every(SWEEP_S, self.wired.missed.look), "missed rooms")
        self._run(self._every(SWEEP_S, self.wired.watches.look), "watches")
        self._run(self._every(SWEEP_S, self.wired.detectors.look), "detectors")
        self._run(self._every(HELD_S, self.held), "access")
        self._run(self._every(SWEEP_S, self.audit.look), "audit")
        self._run(self._every(HELD_S, self.wired.notifying.look), "notifications")
        self._run(self._every(WATCH_S, self.wired.notifying.courier.look), "deliveries")
        self._run(self._every(STORE_S, self.wired.notifying.store.look), "store")
        self._run(self._every(COSTS_S, self.wired.notifying.costs.look), "costs")
        if self.heartbeat is not None:
            self._run(self._every(EVERY_S, self.heartbeat.beat), "heartbeat")
        if self.anchor is not None:
            self._run(self._every(LOOK_S, self.anchor.look), "audit bucket")

    def stop(self) -> None:
        self.wired.digests.stop()
        for task in self.tasks:
            task.cancel()
        self.wired.notifying.courier.stop()

    def _run(self, job: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(job, name=name)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.ended.add(task.get_name())
            log.error("background_ended", job=task.get_name(), exc_info=error)

    async def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            if (error := await outlived(job)) is not None:
                log.error("background_failed", error=type(error).__name__, exc_info=error)

    async def state(self) -> str:
        """For `/healthz`: what has ended does not come back by itself."""
        return f"ended: {', '.join(sorted(self.ended))}" if self.ended else "ok"

    async def tick(self) -> None:
        """Once a minute and at each expiry, by the engine. Raises StoreUnavailable."""
        await self.core.changes.tick()
        await self.housekeeping.daily()

    async def take_over(self) -> None:
        """What processes before left behind beside their rows: cards that are behind, ends that nobody was told of."""
        await self.wired.cards.bring_up_to_date()
        await self.wired.record.bring_up_to_date()
        await self.wired.annotations.bring_up_to_date()

    async def found(self, taken: Taken) -> None:
        """What is ours now that another process is gone: all of it again with the next look when any of it fails."""
        rows = taken.rows - self._begun
        await self.wired.work.sweep(rows)
        self._begun |= rows
        for worker in taken.dead:
            await self._record_kill(worker)
        await self.agents.recover()
        await self.core.changes.take_up()
        self._untold |= taken

    async def tell(self) -> None:
        """What Slack is to see of it. As slow as Slack is, so beside the looks; one at a time, until it ended well."""
        if not (taken := self._untold):
            return
        try:
            await self.wired.outgoing.resend_all()
            if taken.dead or taken.messages:
                await self.wired.cards.bring_up_to_date(DIED_LATELY)
                await self.wired.record.bring_up_to_date(DIED_LATELY)
                await self.wired.annotations.bring_up_to_date(DIED_LATELY)
        except StoreUnavailable as error:
            log.warning("telling_put_off", reason=str(error))
        else:
            self._untold = Taken() if self._untold is taken else self._untold

    async def _record_kill(self, worker: str) -> None:
        if worker in self._begun:
            return
        lease, workspace = self.core.lease, self.wired.outgoing.workspace
        detail = {"worker": worker, "text": "gave no sign of life", "taken_over_by": lease.worker}
        event = AuditEvent(
            type=EventType.PROCESS_KILLED, workspace=workspace, result="taken over", detail=detail
        )
        await self.core.trail.note(event)
        self._begun.add(worker)

    async def digests(self) -> None:
        """Begun, not waited for: one that is slow delays no other."""
        await self.wired.digests.begin()

    async def held(self) -> None:
        """What another process gave or took for a while; a change asks anew by itself."""
        try:
            await self.core.changes.access.refresh()
            await self.core.map.refresh()
        except StoreUnavailable as error:
            log.warning("access_not_read", reason=str(error))

    async def sweep(self) -> None:
        """What could not be done a moment ago."""
        try:
            await self.wired.escalation.look()
            await self.wired.outgoing.resend_all()
            await self.wired.work.sweep()
            await self.wired.cards.catch_up()
            await self.wired.record.catch_up()
            await self.wired.annotations.catch_up()
            await self.signed.catch_up()
        except StoreUnavailable as error:
            log.warning("sweep_put_off", reason=str(error))

    async def policy_changed(self, news: Reloaded) -> None:
        """A new policy is on record before anybody relies on it; a bad one is an alarm, the last valid one stays."""
        if news.problem:
            self.raise_alarm("policy_invalid", news.problem)
        event = AuditEvent(
            type=EventType.CONFIG_CHANGED,
            result="refused" if news.problem else "in force",
            error=news.problem or None,
            detail={"what": "policy", "policy": news.hash},
        )
        try:
            await self.core.trail.note(event)
        except StoreUnavailable:
            log.error("policy_change_not_recorded")  # noqa: TRY400 - the reason is the store's
        log.info("policy_read", policy=news.hash[:12], valid=not news.problem)

    def raise_alarm(self, name: str, text: str) -> None:
        """Loud in the log and counted; `name` is one of a few constants."""
        ALARMS.labels(name).inc()
        self.wired.notifying.sources.alarmed(name, text)
        log.error("alarm", alarm=name, text=text)

"""The audit channel: each plan that has ended is posted there once, whoever asked for it and wherever its card is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from agents.changes.requests import PlanView
from agents.outcomes import Announcer, Answer
from bot.core import Core
from bot.directory import Directory
from bot.outgoing import Coalescer, Outgoing, SlackAwayError
from bot.replies.answer import Footer, render
from bot.replies.record import glass_of, record_of, reviewed
from bot.replies.states import SETTLED
from bot.replies.text import Outbound
from storage.errors import StoreUnavailable

LOOKED_AT = 200
LATELY = timedelta(days=7)  # a bot that was away for a week-end misses nothing
log = structlog.get_logger(__name__)


@dataclass
class Record:
    """An announcer. Never raises: what the store did not take waits for `catch_up`, what Slack did not is planned."""

    core: Core
    outgoing: Outgoing
    directory: Directory
    out: Outbound
    coalescer: Coalescer
    late: set[str] = field(default_factory=set)
    late_glass: set[str] = field(default_factory=set)

    async def plan_changed(self, plan_id: str) -> None:
        """Nothing has ended."""

    async def glass_broken(self, plan_id: str) -> None:
        async def job() -> None:
            await self.tell_glass(plan_id)

        self.coalescer.ask(f"glass:{plan_id}", job)

    async def plan_settled(self, plan_id: str) -> None:
        self._ask(plan_id)

    def _ask(self, plan_id: str) -> None:
        async def job() -> None:
            await self.tell(plan_id)

        self.coalescer.ask(f"record:{plan_id}", job)

    async def tell(self, plan_id: str) -> None:
        try:
            view = await self.core.changes.view(plan_id)
            for channel in self.core.policy.policy.audit_channels:
                if view is not None and view.state in SETTLED:
                    await self._post(view, channel)
            self.late.discard(plan_id)
        except StoreUnavailable as error:
            self.late.add(plan_id)
            log.warning("record_late", plan=plan_id, reason=str(error))

    async def tell_glass(self, plan_id: str) -> None:
        """A use of break-glass while it happens, and its review when there is one; each once a channel."""
        try:
            review = await self.core.changes.reviews.of(plan_id)
            view = await self.core.changes.view(plan_id)
            for channel in self.core.policy.policy.audit_channels:
                if review is not None:
                    key = f"glass:{channel}:{plan_id}"
                    await self._say(key, channel, glass_of(review, view), plan_id)
                    if review.closed_by:
                        await self._say(f"{key}:reviewed", channel, reviewed(review), plan_id)
            self.late_glass.discard(plan_id)
        except StoreUnavailable as error:
            self.late_glass.add(plan_id)
            log.warning("glass_late", plan=plan_id, reason=str(error))

    async def _post(self, view: PlanView, channel: str) -> None:
        key = f"audit:{channel}:{view.id}:{view.state}"
        await self._say(key, channel, record_of(view), view.id, view.correlation)

    async def _say(self, key: str, channel: str, answer: Answer, plan_id: str, correlation: str = "") -> None:
        """Planned under a key before it is sent, so that a process that dies in between changes nothing."""
        known = await self.core.db.read_whole(lambda tx: self.core.db.outbox.get(tx, key))
        if known is not None and known.ts:
            return
        if await self.directory.shared_externally(channel):
            self.core.relays.alarm.raise_alarm("audit_channel_shared", f"nothing is posted to {channel}")
            return
        footer = Footer(request=plan_id, correlation=correlation or "-")
        message = render(answer, self.out, footer)
        try:
            await self.outgoing.post(key, channel, "", message, kind="audit")
        except SlackAwayError as error:
            log.warning("record_unsent", plan=plan_id, channel=channel, reason=str(error))  # it is planned

    async def catch_up(self) -> None:
        for plan_id in tuple(self.late):
            self._ask(plan_id)
        for plan_id in tuple(self.late_glass):
            await self.glass_broken(plan_id)

    async def bring_up_to_date(self, lately: timedelta = LATELY) -> None:
        """A process may have died between the end of a plan and its post."""
        now = self.core.clock.now()
        async with self.core.db.read() as tx:
            rows = await self.core.db.plans.list(tx, limit=LOOKED_AT)
        for row in rows:
            if row.state.value in SETTLED and now - (row.decided_at or row.created_at) < lately:
                self._ask(row.id)
        for review in await self.core.changes.reviews.waiting():
            await self.glass_broken(review.plan.id)


@dataclass(frozen=True)
class Everyone:
    """Tells each of several announcers."""

    announcers: tuple[Announcer, ...]

    async def glass_broken(self, plan_id: str) -> None:
        for announcer in self.announcers:
            await announcer.glass_broken(plan_id)

    async def plan_changed(self, plan_id: str) -> None:
        for announcer in self.announcers:
            await announcer.plan_changed(plan_id)

    async def plan_settled(self, plan_id: str) -> None:
        for announcer in self.announcers:
            await announcer.plan_settled(plan_id)

"""Cards in Slack follow the stored rows: posted once, edited in place, brought up to date after a crash.

Every edit reads the row when it runs, so however many changes are told, the card ends on the last one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from agents.changes.requests import PlanView
from agents.people import Place
from agents.planner.facts import TurnedDown
from bot.core import Core
from bot.outgoing import Coalescer, Outgoing, SlackAwayError
from bot.replies.answer import Footer, render
from bot.replies.card import card
from bot.replies.followup import followup, tells
from bot.replies.states import SETTLED, words_of
from bot.replies.text import Outbound
from storage.errors import StoreUnavailable
from storage.plans import PlanRow

CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
THREAD = re.compile(r"\d+\.\d+")
LOOKED_AT = 200
EDITS = 10  # of a card that changes while it is edited; the next change edits it again
THREAD_S, AGAIN_S = 20.0, 0.2  # how long the thread's turn in another process is waited for
SETTLED_LATELY = timedelta(hours=24)
log = structlog.get_logger(__name__)


@dataclass
class Cards:
    """The announcer of the change engine. Never raises: what Slack or the store did not take waits for `catch_up`."""

    core: Core
    outgoing: Outgoing
    out: Outbound
    coalescer: Coalescer = field(default_factory=Coalescer)
    late: set[str] = field(default_factory=set)

    async def plan_changed(self, plan_id: str) -> None:
        self._ask(plan_id)

    async def glass_broken(self, plan_id: str) -> None:
        """The card follows with the next change."""

    async def plan_settled(self, plan_id: str) -> None:
        self._ask(plan_id)

    def _ask(self, plan_id: str) -> None:
        async def job() -> None:
            await self.show(plan_id)

        self.coalescer.ask(plan_id, job)

    async def show(self, plan_id: str) -> None:
        """Bring what Slack shows to what is stored."""
        try:
            await self._show(plan_id)
            self.late.discard(plan_id)
        except (SlackAwayError, StoreUnavailable) as error:
            self.late.add(plan_id)
            log.warning("card_late", plan=plan_id, reason=str(error))

    async def _show(self, plan_id: str) -> None:
        view = await self.core.changes.view(plan_id)
        if view is None or not CHANNEL.fullmatch(view.channel):
            return
        if view.card_ts:
            view = await self._edit(view)
            ts = view.card_ts
        else:
            message = card(view, self.out)
            thread = view.thread if THREAD.fullmatch(view.thread) else ""
            ts = await self.outgoing.post(f"card:{plan_id}", view.channel, thread, message, kind="card")
            async with self.core.db.write() as tx:
                await self.core.db.plans.set_card(tx, plan_id, ts)
        if view.state in SETTLED:
            await self._settled(view, ts)

    async def _edit(self, view: PlanView) -> PlanView:
        """Of two processes that edit one card, who comes last may have read first: so each looks again. What is shown."""
        for _ in range(EDITS):
            await self.outgoing.edit(view.channel, view.card_ts, card(view, self.out))
            now = await self.core.changes.view(view.id) if self.core.db.shared else view
            if now is None or replace(now, elapsed_s=view.elapsed_s) == view:
                return view
            view = now
        return view

    async def _settled(self, view: PlanView, ts: str) -> None:
        """The thread hears and remembers how it ended; both once, however often this runs."""
        thread = view.thread if THREAD.fullmatch(view.thread) else ts
        key = f"settled:{view.id}:{view.state}"
        async with self.core.db.read() as tx:
            known = await self.core.db.outbox.get(tx, key)
        if known is not None and known.ts:
            return
        await self.core.cache.forget(workspace_of(view))
        headline, rest = words_of(view)
        place = Place(workspace_of(view), view.channel, thread)
        await self._remember(
            place, view, f"{view.title}: {headline}. {'' if view.ended_by else rest}".strip()
        )
        if tells(view):
            footer = Footer(request=view.id, correlation=view.correlation or "-")
            message = render(followup(view), self.out, footer)
            await self.outgoing.post(key, view.channel, thread, message, kind="settled")

    async def _remember(self, place: Place, view: PlanView, note: str) -> None:
        """The memory of a thread is written by one at a time: while a turn is under way in another process, this waits."""
        conversation, db = await self.core.open_agent(), self.core.db
        lane = place.key if db.shared else ""
        until = time.monotonic() + THREAD_S
        while time.monotonic() < until:
            async with db.write() as tx:
                if await db.inbox.idle(tx, lane):  # and no turn begins before this write ends
                    no = self._said_no(view)
                    await conversation.note(place.key, note, plan_id=view.id, state=view.state, no=no)
                    return
            await asyncio.sleep(AGAIN_S)
        raise StoreUnavailable("the thread is being worked on")

    def _said_no(self, view: PlanView) -> TurnedDown | None:
        """Their words are kept apart from ours, and without what must not reach a model."""
        if not view.ended_by:
            return None
        reason = self.core.redactor.clean(view.why)
        return TurnedDown(plan=view.id, title=view.title, by=view.ended_by, reason=reason)

    async def catch_up(self) -> None:
        """Cards that could not be shown, and plans that another process proposed."""
        for plan_id in tuple(self.late):
            self._ask(plan_id)
        for row in await self._rows():
            if row.card_ts is None and row.state.value not in SETTLED:
                self._ask(row.id)

    async def bring_up_to_date(self, lately: timedelta = SETTLED_LATELY) -> None:
        """A process may have died between a row and its card."""
        now = self.core.clock.now()
        for row in await self._rows():
            if row.state.value not in SETTLED or now - (row.decided_at or row.created_at) < lately:
                self._ask(row.id)

    async def _rows(self) -> Iterable[PlanRow]:
        async with self.core.db.read() as tx:
            return await self.core.db.plans.list(tx, limit=LOOKED_AT)


def workspace_of(view: PlanView) -> str:
    return view.requester_id.partition(":")[0]

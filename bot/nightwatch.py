"""Countdowns as people see them: told in the thread before they count, looked after every second, begun anew after a gap."""

from __future__ import annotations

import re
from dataclasses import dataclass

import structlog

from agents.changes.requests import PlanView
from bot.core import Core
from bot.outgoing import Outgoing, SlackAwayError
from bot.replies.blocks import Message, context, section
from bot.replies.text import Outbound, mention
from storage.errors import StoreUnavailable
from storage.incidents import CountdownRow

THREAD = re.compile(r"\d+\.\d+")
MENTIONED = 10
log = structlog.get_logger(__name__)


@dataclass
class NightWatch:
    core: Core
    outgoing: Outgoing
    out: Outbound

    async def look(self) -> None:
        """About once a second, in every process: each step is taken once. A store that is away is waited for."""
        db = self.core.db
        try:
            for row in await db.read_whole(db.countdowns.running):
                await self._one(row)
        except StoreUnavailable as error:
            log.warning("countdowns_put_off", reason=str(error))

    async def _one(self, row: CountdownRow) -> None:
        if row.ends_at is not None:
            await self.core.changes.countdowns.look(row.plan_id)
            return
        view = await self.core.changes.view(row.plan_id)
        if view is None or view.state != "pending":
            await self.core.db.write_whole(
                lambda tx: self.core.db.countdowns.stop(
                    tx, row.plan_id, "the plan's end", self.core.clock.now()
                )
            )
        elif await self._page(view):
            await self.core.changes.countdowns.shown(row.plan_id)

    async def _page(self, view: PlanView) -> bool:
        """Those who can stop it are called by name. False: Slack did not take it, so nothing counts yet."""
        policy = self.core.policy.policy
        people = [person for person in map(policy.person_named, view.who_may) if person is not None]
        called = " ".join(mention(person.id.partition(":")[2]) for person in people[:MENTIONED])
        seconds = int(policy.file.incident.countdown.total_seconds())
        text = (
            f"{view.requester}, on duty in the incident, runs this alone in {seconds} s: {view.title}. "
            "Press Stop the countdown on the card to hold it back. It is reviewed afterwards."
        )
        thread = view.thread if THREAD.fullmatch(view.thread) else view.card_ts
        message = Message(
            f"{called} {self.out.mrkdwn(text)}",
            (section(f"{called} {self.out.mrkdwn(text)}"), context(f"`{view.id}`")),
        )
        try:
            await self.outgoing.post(f"countdown:{view.id}", view.channel, thread, message, kind="countdown")
        except SlackAwayError as error:
            log.warning("countdown_not_shown", plan=view.id, reason=str(error))
            return False
        return True

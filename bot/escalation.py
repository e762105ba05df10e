"""Approvals that nobody gives: after three and eight minutes whoever is on duty is told, once each, until somebody decides.

Each message is planned under its own key, so that a restart or another process sends it once; what Slack has not taken when
the plan is decided is not sent any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from agents.duty.duty import Duty, OnDuty
from agents.policy import Person
from bot.core import Core
from bot.outgoing import Outgoing, SlackAwayError
from bot.replies.blocks import Message, context, section
from bot.replies.text import Outbound, mention
from storage.plans import PlanRow
from storage.states import PlanState

STEPS = (timedelta(minutes=3), timedelta(minutes=8))
KIND = "escalation"
PENDING = PlanState("pending")
CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
THREAD = re.compile(r"\d+\.\d+")
LOOKED_AT = 200
log = structlog.get_logger(__name__)


@dataclass
class Escalation:
    core: Core
    outgoing: Outgoing
    out: Outbound
    duty: Duty
    _told: set[str] = field(default_factory=set)
    _unread: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """Before what waits is sent: what nobody needs to hear any more goes. Raises StoreUnavailable."""
        if not self.core.policy.policy.file.duty:
            return
        db, now = self.core.db, self.core.clock.now()
        async with db.read() as tx:
            rows = await db.plans.list(tx, state=PENDING, limit=LOOKED_AT)
        waiting = {row.id for row in rows if now < row.expires_at}
        await db.write_whole(lambda tx: db.outbox.drop(tx, KIND, waiting))
        for row in rows:
            due = [number for number, after in enumerate(STEPS, 1) if now - row.created_at >= after]
            if due and row.id in waiting:
                await self._step(row, due[-1])

    async def _step(self, row: PlanRow, step: int) -> None:
        key = f"escalate:{row.id}:{step}"
        if key in self._told:
            return
        found = await self.duty.on_duty(
            row.channel if CHANNEL.fullmatch(row.channel) else "dm", self.core.clock.now()
        )
        self._loud(found)
        complete = await self._in_thread(row, step, key, found)
        for person in found.people:
            if step == len(STEPS) or not _in_channel(row):
                complete = await self._alone(row, f"{key}:{person.id}", person) and complete
        if complete:
            self._told.add(key)

    def _loud(self, found: OnDuty) -> None:
        for problem in found.problems:
            if problem not in self._unread:
                self.core.relays.alarm.raise_alarm("duty_not_read", problem)
        self._unread = set(found.problems)

    async def _in_thread(self, row: PlanRow, step: int, key: str, found: OnDuty) -> bool:
        if not _in_channel(row):
            return True
        minutes = int(STEPS[step - 1].total_seconds() // 60)
        who = " ".join(mention(person.id.partition(":")[2]) for person in found.people)
        said = who or "Nobody is on duty as far as the policy says."
        why = f" Not read: {'; '.join(found.problems)}." if found.problems else ""
        text = f"Nobody has decided about this for {minutes} minutes.{why} Nothing was changed. Approve or reject it on the card, or it expires."
        thread = row.thread if THREAD.fullmatch(row.thread) else row.card_ts or ""
        return await self._post(row, key, row.channel, thread, f"{said} {self.out.mrkdwn(text)}")

    async def _alone(self, row: PlanRow, key: str, person: Person) -> bool:
        """Whoever may decide about it, whatever channel they look at; nobody else hears what it is."""
        view = await self.core.changes.view(row.id)
        if view is None or person.name not in view.who_may:
            return True
        where = f"<#{row.channel}>" if row.channel.startswith("C") else "in private"
        text = f"You are on duty, and a plan of {view.requester} waits: {view.title}. "
        return await self._post(row, key, person.id.partition(":")[2], "", f"{self.out.mrkdwn(text)}{where}")

    async def _post(self, row: PlanRow, key: str, channel: str, thread: str, text: str) -> bool:
        """False: Slack did not take it yet, it is planned."""
        db = self.core.db
        async with db.read() as tx:
            known, now = await db.outbox.get(tx, key), await db.plans.get(tx, row.id)
        if (known is not None and known.ts) or now is None or now.state != PENDING:
            return True
        message = Message(text, (section(text), context(f"`{row.id}`")))
        try:
            await self.outgoing.post(key, channel, thread, message, kind=KIND)
        except SlackAwayError as error:
            log.warning("escalation_unsent", plan=row.id, reason=str(error))
            return False
        return True


def _in_channel(row: PlanRow) -> bool:
    """A thread that others read, too."""
    return bool(CHANNEL.fullmatch(row.channel)) and not row.channel.startswith("D")

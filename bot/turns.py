"""One message, one turn, one reply: command or conversation, then the post, then the row is done.

Called by the workflow engine, possibly twice for the same row after a crash; everything that leaves has a key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from agents.conversation import Conversation
from agents.outcomes import Announcer, Answer, Failure, Outcome, Question, Refusal
from agents.trail import Trail
from bot.commands.grammar import Parsed, parse
from bot.commands.run import Commands
from bot.envelope import without_mention
from bot.intake import Admitted, Intake
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.text import Outbound
from storage.audit.events import AuditEvent, EventType
from storage.database import Database

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3


@dataclass
class ThreadProgress:
    """Names the real step in Slack's status line of the thread."""

    outgoing: Outgoing
    channel: str
    thread: str

    async def step(self, text: str) -> None:
        await self.outgoing.status(self.channel, self.thread, text)


@dataclass
class Turns:
    db: Database
    intake: Intake
    trail: Trail
    outgoing: Outgoing
    commands: Commands
    conversation: Callable[[], Conversation]  # built in the background; waits until it is there
    announcer: Announcer
    out: Outbound
    follow_up: Callable[[str], str]  # channel -> never | thread | always
    bot_user: str

    async def run(self, row_id: str) -> None:
        """Work one inbox row to its end. Safe to call again for the same row."""
        async with self.db.write() as tx:
            row = await self.db.inbox.start(tx, row_id)
        if row is None:
            return
        work = await self.intake.again(row)
        if row.attempts > MAX_ATTEMPTS:
            await self._dead_letter(work)
            return
        if not work.served or work.place.shared_externally:
            await self.refuse(work)
            return
        if work.delivery.kind == "reply" and not await self._engaged(work):
            await self._finish(work.row_id, "ignored", "not in a thread of the bot")
            return
        message, plans = await self._answer(work)
        await self.outgoing.post(f"reply:{row_id}", work.place.channel, work.place.thread, message)
        for plan_id in plans:
            await self.announcer.plan_changed(plan_id)
        self.outgoing.forget_status(work.place.channel, work.place.thread)
        await self._finish(row_id, "done")

    async def _answer(self, work: Admitted) -> tuple[Message, tuple[str, ...]]:
        progress = ThreadProgress(self.outgoing, work.place.channel, work.place.thread)
        await progress.step("is reading your message…")
        text = without_mention(work.request.text, self.bot_user)
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        parsed = parse(text)
        if work.delivery.kind == "edit":
            outcome: Outcome = Question(
                "I work with messages as they were first sent. Send it again, please."
            )
        elif work.delivery.files and not text:
            outcome = Question("I cannot read files yet. Paste the part that matters as text, please.")
        elif isinstance(parsed, Parsed) and parsed.verb.name != "ask":
            return await self.commands.run(parsed, work.request, footer)
        else:
            question = parsed.word(0) if isinstance(parsed, Parsed) else text
            outcome = await self.conversation().ask(replace(work.request, text=question), progress)
        plans = outcome.plans if isinstance(outcome, Answer) else ()
        return render(outcome, self.out, footer), plans

    async def _engaged(self, work: Admitted) -> bool:
        """Whether a reply without a mention is meant for the bot: its thread, in a channel that allows it."""
        mode = self.follow_up(work.place.channel)
        if mode == "never":
            return False
        async with self.db.read() as tx:
            return await self.db.turns.engaged(
                tx, workspace=work.place.workspace, channel=work.place.channel, thread=work.place.thread
            )

    async def refuse(self, work: Admitted) -> None:
        """Strangers learn nothing; our own people learn why."""
        async with self.db.write() as tx:
            seq = await self.trail.record(tx, refusal_event(work))
            await self.db.inbox.finish(tx, work.row_id, "done", "refused")
        if work.actor.standing in {"outsider", "bot", "unknown"} or work.place.shared_externally:
            log.info("refused_silently", request=work.row_id, standing=work.actor.standing)
            return
        refusal = Refusal(
            "I work for full members of this workspace only.",
            who_may=("any full member",),
            reference=f"audit {seq}",
        )
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.outgoing.whisper(
            work.place.channel, work.actor.user, render(refusal, self.out, footer), work.place.thread
        )

    async def _dead_letter(self, work: Admitted) -> None:
        failure = Failure(
            what="I could not finish this message after three tries.",
            changed="Nothing was changed by it.",
            next_step="Ask again in other words; if it happens again, give the reference to whoever runs the bot.",
            reference=work.row_id,
        )
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.outgoing.post(
            f"reply:{work.row_id}", work.place.channel, work.place.thread, render(failure, self.out, footer)
        )
        await self._finish(work.row_id, "dead", "gave up after three tries")

    async def _finish(self, row_id: str, state: str, note: str = "") -> None:
        async with self.db.write() as tx:
            await self.db.inbox.finish(tx, row_id, state, note)


def refusal_event(work: Admitted) -> AuditEvent:
    reason = (
        "shared with another company" if work.place.shared_externally else f"standing {work.actor.standing}"
    )
    return AuditEvent(
        type=EventType.AUTHZ_DECISION,
        workspace=work.place.workspace,
        actor={"id": work.actor.id, "standing": work.actor.standing},
        channel=work.place.channel,
        thread=work.place.thread,
        correlation=work.request.correlation,
        request=work.row_id,
        decision="deny",
        detail={"reason": reason, "rule": "people"},
    )

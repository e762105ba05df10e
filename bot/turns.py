"""One message, one turn, one reply: command or conversation, then the post, then the row is done.

Called by the workflow engine, possibly twice for the same row after a crash; everything that leaves has a key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from agents.outcomes import Announcer, Answer, Failure, Outcome, Progress, Question, Refusal
from agents.people import Request
from agents.trail import Trail
from bot.attached import Attached, asks_about, pasted
from bot.commands.grammar import Parsed, Unparsed, parse
from bot.commands.run import Commands
from bot.envelope import without_mention
from bot.intake import SAID, Admitted, Intake
from bot.metrics import TURN_SECONDS, TURNS
from bot.mine import Mine
from bot.outgoing import Outgoing, SlackRefusesError
from bot.progress import Quiet, ThreadProgress, where_of
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.pages import LEAST_IN_TALK
from bot.replies.text import Outbound
from bot.streaming.stream import Stream
from bot.streaming.streams import Streams
from storage.audit.events import AuditEvent, EventType
from storage.database import Database

if TYPE_CHECKING:
    from agents.conversation import Conversation

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
CARD_SAYS = Message("I propose a change: its card says what it would do and who may approve it.")


@dataclass
class Turns:
    db: Database
    intake: Intake
    trail: Trail
    outgoing: Outgoing
    streams: Streams
    commands: Commands
    conversation: Callable[[], Awaitable[Conversation]]  # built in the background; waits until it is there
    announcer: Announcer
    out: Outbound
    follow_up: Callable[[str], str]  # channel -> never | thread | always
    bot_user: str
    mine: Mine
    attached: Attached
    running: set[str] = field(default_factory=set)

    async def run(self, row_id: str, fresh: Admitted | None = None) -> None:
        """Work one inbox row to its end. Safe to call again for the same row, also while it is under way.

        `fresh` was begun as it was stored, a moment ago and in this process: there is nothing to look for of an earlier try.
        """
        if row_id in self.running:
            return
        self.running.add(row_id)
        try:
            work = fresh or await self._again(row_id)
            if work is not None:
                await self._run(work)
        finally:
            self.running.discard(row_id)

    async def _again(self, row_id: str) -> Admitted | None:
        """One more try; None when there is nothing more to do."""
        row = await self.db.write_whole(lambda tx: self.db.inbox.start(tx, row_id))
        if row is None:
            return None
        try:
            answered = await self.outgoing.resend(_key(row_id))
        except SlackRefusesError:
            if row.attempts <= MAX_ATTEMPTS:
                raise
            await self._finish(row_id, "dead", "nowhere to answer")
            return None
        work = await self.intake.again(row)
        if answered:
            if row.attempts <= MAX_ATTEMPTS:
                await self._remember(work)
            await self._finish(row_id, "done", "answered before")
            return None
        await self.streams.earlier(_key(row_id), where_of(work))
        if row.attempts > MAX_ATTEMPTS:
            await self._dead_letter(work)
            return None
        return work

    async def _remember(self, work: Admitted) -> None:
        """What a process that died after its answer went out did not come to keep."""
        text = words_of(work, self.bot_user)
        question = question_in(text)
        if question is None or self._unreadable(work) is not None:
            return
        row = await self.db.read_whole(lambda tx: self.db.outbox.get(tx, _key(work.row_id)))
        reply = str(row.body.get("text", "")) if row is not None else ""
        conversation = await self.conversation()
        await conversation.remember(replace(work.request, text=question), reply, Quiet())

    async def _run(self, work: Admitted) -> None:
        if not work.served or work.place.shared_externally:
            await self.refuse(work)
            return
        if work.delivery.kind == "reply" and not await self.engaged(work):
            await self._finish(work.row_id, "ignored", "not in a thread of the bot")
            return
        with TURN_SECONDS.time():
            await self._reply(work)

    async def _reply(self, work: Admitted) -> None:
        """An answer goes out first and is remembered after; a proposal is remembered before anybody can act on it."""
        stream = self.streams.begin(_key(work.row_id), where_of(work))
        async with AsyncExitStack() as memory:
            try:
                message, plans = await self._answer(work, memory, stream)
            except BaseException:  # whatever ended it: the line that names a step goes, the error goes on
                await stream.rest(well=False)
                await self.outgoing.settled(work.place.channel, work.place.thread, answered=True)
                raise
            await stream.rest(well=True)
            message = stream.crowned(message or CARD_SAYS) if message or stream.begun else None
            await self.outgoing.settled(work.place.channel, work.place.thread, answered=message is not None)
            if message is not None and not plans:
                await self._say(work, message, memory)
                return
        if message is not None:
            await self.outgoing.post(_key(work.row_id), work.place.channel, work.place.thread, message)
        for plan_id in plans:
            await self.announcer.plan_changed(plan_id)
        await self._finish(work.row_id, "done")

    async def _say(self, work: Admitted, message: Message, memory: AsyncExitStack) -> None:
        """The row is done in the moment in which the message is noted as sent."""
        key = _key(work.row_id)
        async with self.outgoing.posting(key, work.place.channel, work.place.thread, message) as posted:
            await memory.aclose()
            posted.beside.append(partial(self.db.inbox.finish, row_id=work.row_id, state="done"))
        self.streams.drop(key)

    async def _answer(
        self, work: Admitted, memory: AsyncExitStack, stream: Stream
    ) -> tuple[Message | None, tuple[str, ...]]:
        """The message, and plans whose cards follow. Where the card says it all, there is no message."""
        place = work.place
        self.outgoing.status(place.channel, place.thread, "is reading your message…")
        progress = ThreadProgress(self.outgoing, place.channel, place.thread, stream)
        footer = Footer(request=work.row_id, correlation=work.request.correlation, asks=True)
        if (cannot := self._unreadable(work)) is not None:
            return render(cannot, self.out, footer), ()
        request = replace(work.request, text=words_of(work, self.bot_user))
        if (found := await self._brought(work, request, progress)) is not None:
            request = await self.mine.own(request)
            return await self.commands.pages.rendered(found, request, footer, LEAST_IN_TALK), ()
        return await self.answer(request, footer, progress, memory)

    async def _brought(self, work: Admitted, request: Request, progress: Progress) -> Outcome | None:
        """What a file or a paste says that the words ask about; None where there is none, or the words want something else."""
        if work.delivery.kind not in SAID:
            return None
        delivery, text = work.delivery, request.text
        paste = pasted(text)
        about = delivery.file_ids and asks_about(text, delivery.files)
        if paste is None and not (about and not _is_command(text)):
            return None
        if (refusal := await self.commands.may(request, "genai:use", "attached")) is not None:
            return refusal
        await progress.step("is reading what you brought…")
        if paste is not None:
            return await self.attached.texts((paste,))
        return await self.attached.files(delivery.file_ids, delivery.files, work.row_id, text)

    def _unreadable(self, work: Admitted) -> Question | None:
        if work.delivery.kind == "edit":
            return Question("I work with messages as they were first sent. Send it again, please.")
        return None

    async def answer(
        self, request: Request, footer: Footer, progress: Progress, memory: AsyncExitStack
    ) -> tuple[Message | None, tuple[str, ...]]:
        """A command, or words for the conversation; the same in a thread and after a slash. Remembered when `memory` ends."""
        request = await self.mine.own(request)
        parsed = parse(request.text)
        if isinstance(parsed, Parsed) and parsed.verb.name != "ask":
            message, plans = await self.commands.run(parsed, request, replace(footer, asks=False))
            TURNS.labels("command").inc()
            return (None if plans else message), plans
        if isinstance(parsed, Unparsed) and not parsed.loose:
            return self.commands.unknown(parsed, request, footer), ()
        question = parsed.word(0) if isinstance(parsed, Parsed) else request.text
        conversation = await self.conversation()
        turn = conversation.turn(replace(request, text=question), progress)
        outcome = await memory.enter_async_context(turn)
        TURNS.labels(type(outcome).__name__.lower()).inc()
        plans = outcome.plans if isinstance(outcome, Answer) else ()
        if isinstance(outcome, Answer) and plans and card_says_it_all(outcome):
            return None, plans
        return await self.commands.pages.rendered(outcome, request, footer, LEAST_IN_TALK), plans

    async def engaged(self, work: Admitted) -> bool:
        """Whether a reply without a mention is meant for the bot: in its thread, unless the channel says never or always."""
        mode = self.follow_up(work.place.channel)
        if mode != "thread":
            return mode == "always"
        place = work.place
        engaged = partial(
            self.db.turns.engaged, workspace=place.workspace, channel=place.channel, thread=place.thread
        )
        return await self.db.read_whole(engaged)

    async def refuse(self, work: Admitted) -> None:
        """Strangers learn nothing; our own people learn why, before the row is done: told twice is better than never."""
        async with self.db.write() as tx:
            seq = await self.trail.record(tx, refusal_event(work, standing_of(work), "people"))
        if work.actor.standing in {"outsider", "bot", "unknown"} or work.place.shared_externally:
            log.info("refused_silently", request=work.row_id, standing=work.actor.standing)
        else:
            await self._tell_members_only(work, seq)
        await self._finish(work.row_id, "done", "refused")

    async def _tell_members_only(self, work: Admitted, seq: int) -> None:
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
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        await self.outgoing.post(
            _key(work.row_id),
            work.place.channel,
            work.place.thread,
            render(gave_up(work), self.out, footer),
        )
        await self._finish(work.row_id, "dead", "gave up after three tries")

    async def _finish(self, row_id: str, state: str, note: str = "") -> None:
        await self.streams.over(_key(row_id))
        await self.db.write_whole(lambda tx: self.db.inbox.finish(tx, row_id, state, note))


def _key(row_id: str) -> str:
    return f"reply:{row_id}"


def _is_command(text: str) -> bool:
    parsed = parse(text)
    return bool(text) and isinstance(parsed, Parsed) and parsed.verb.name != "ask"


def question_in(text: str) -> str | None:
    """The words for the conversation; None where a command is meant."""
    parsed = parse(text)
    if isinstance(parsed, Parsed):
        return parsed.word(0) if parsed.verb.name == "ask" else None
    return text if parsed.loose else None


def gave_up(work: Admitted) -> Failure:
    return Failure(
        what="I could not finish this after three tries.",
        changed="It may have been done in part: its card and `/cloudops status` say what holds.",
        next_step="Ask again in other words; if it happens again, give the reference to whoever runs the bot.",
        reference=work.row_id,
    )


def words_of(work: Admitted, bot_user: str) -> str:
    """What the person said: their message without the mention, or the words on the button that they pressed."""
    if work.delivery.kind == "action":
        return str(work.payload.get("value", ""))
    return without_mention(work.request.text, bot_user)


def card_says_it_all(answer: Answer) -> bool:
    """A proposal that came without any look around: one message a unit of work, and that is the card."""
    return not (answer.evidence or answer.notes or answer.could_not_see or answer.charts or answer.says_more)


def standing_of(work: Admitted) -> str:
    return (
        "shared with another company" if work.place.shared_externally else f"standing {work.actor.standing}"
    )


def refusal_event(work: Admitted, reason: str, rule: str) -> AuditEvent:
    return AuditEvent(
        type=EventType.AUTHZ_DECISION,
        workspace=work.place.workspace,
        actor={"id": work.actor.id, "standing": work.actor.standing},
        channel=work.place.channel,
        thread=work.place.thread,
        correlation=work.request.correlation,
        request=work.row_id,
        decision="deny",
        detail={"reason": reason, "rule": rule},
    )

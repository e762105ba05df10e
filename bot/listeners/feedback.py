"""Useful or not: what people say of an answer, by its thumbs, and why. Each is judged by the clicker's rights of that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from agents.gate.records import said_by
from agents.outcomes import Answer, Failure, Outcome, Refusal
from agents.policy import Permission
from bot.commands.context import turn_of
from bot.core import Core
from bot.intake import Admitted, located, opened_from
from bot.listeners.rights import NOTHING, refused
from bot.listeners.windows import View, Windows
from bot.metrics import FEEDBACK
from bot.replies.answer import Footer, render
from bot.replies.feedback import REASON_LENGTH, WHY_TITLE, WORDS, has_thumbs, why_form
from bot.responding import Responding
from storage.audit.events import AuditEvent, EventType
from storage.database import Tx
from storage.errors import StoreUnavailable
from storage.feedback import USELESS, FeedbackRow

LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")
UNKNOWN = f"I know no such answer here. {NOTHING}"
NOT_OPENED = (
    "It is noted as not useful; the window for a reason could not be opened in time: click again to give one."
)


@dataclass
class FeedbackClicks:
    core: Core
    windows: Windows
    responding: Responding

    async def __call__(self, work: Admitted) -> None:
        verdict, _, answer = str(work.payload.get("value", "")).partition(" ")
        vote = partial(self._voted, work, verdict, answer)
        if verdict == USELESS and (window := await self.windows.open(work, WHY_TITLE, "Noting it…")):
            why = why_form(answer, work.place.channel, work.place.thread)
            told = await self.windows.fill(work, window, WHY_TITLE, partial(_or_why, vote, why))
        else:
            told = await vote()
        await self._tell(work, told)

    async def submitted(self, work: Admitted) -> None:
        """The reason came: it is kept where the word still stands."""
        meant = opened_from(work.payload)
        there = located(work, meant)
        try:
            told = await self._explained(there, meant.get("answer", ""))
        except StoreUnavailable:
            told = LATER
        await self._tell(there, told)

    async def _tell(self, work: Admitted, told: Outcome | None) -> None:
        if told is not None:
            footer = Footer(request=work.row_id, correlation=work.request.correlation)
            await self.responding.whisper(work, render(told, self.windows.out, footer))

    async def _voted(self, work: Admitted, verdict: str, answer: str) -> Outcome | None:
        try:
            return await self._judged(work, verdict, answer)
        except StoreUnavailable:
            return LATER

    async def _judged(self, work: Admitted, verdict: str, answer: str) -> Outcome | None:
        """None: it was said before."""
        if verdict not in WORDS or not await self._known(work, answer):
            return Refusal(UNKNOWN, reference=work.row_id)
        if refusal := await refused(self.core, work, Permission.GENAI_USE, f"feedback {verdict}"):
            return refusal
        place, now = work.place, self.core.clock.now()
        voter = self.core.policy.policy.principal(work.actor)
        row = FeedbackRow(place.workspace, place.channel, place.thread, answer, voter, verdict, now)
        fresh = await self._kept(work, row)
        if fresh:
            FEEDBACK.labels(verdict).inc()
        if verdict == USELESS:
            return Answer(NOT_OPENED, model="no model")
        return Answer("Noted: this answer was useful.", model="no model") if fresh else None

    async def _kept(self, work: Admitted, row: FeedbackRow) -> bool:
        """On record where it changed something."""
        detail = {"what": "answer", "id": row.answer, "verdict": row.verdict}
        said = said_by(turn_of(work.request))
        event = AuditEvent(type=EventType.CONFIG_CHANGED, **said, result="judged", detail=detail)

        async def write(tx: Tx) -> bool:
            fresh = await self.core.db.feedback.vote(tx, row)
            if fresh:
                await self.core.trail.record(tx, event)
            return fresh

        return await self.core.db.write_whole(write)

    async def _explained(self, work: Admitted, answer: str) -> Outcome | None:
        reason = self.windows.out.clean(str(work.payload.get("reason", "")))[:REASON_LENGTH].strip()
        if not reason:
            return None
        if not await self._known(work, answer):
            return Refusal(UNKNOWN, reference=work.row_id)
        if refusal := await refused(self.core, work, Permission.GENAI_USE, f"feedback {USELESS}"):
            return refusal
        if await self._reasoned(work, answer, reason):
            return Answer("Noted, with your reason.", model="no model")
        return Refusal(f"You do not call this answer not useful any more. {NOTHING}", reference=work.row_id)

    async def _reasoned(self, work: Admitted, answer: str, reason: str) -> bool:
        """That there is a reason is on record; its words are in the table alone, and go with the judgement."""
        db, voter = self.core.db, self.core.policy.policy.principal(work.actor)
        detail = {"what": "answer", "id": answer, "verdict": USELESS}
        event = AuditEvent(
            type=EventType.CONFIG_CHANGED,
            **said_by(turn_of(work.request)),
            result="reason given",
            detail=detail,
        )

        async def write(tx: Tx) -> bool:
            kept = await db.feedback.explain(tx, work.place.workspace, answer, voter, reason)
            if kept:
                await self.core.trail.record(tx, event)
            return kept

        return await db.write_whole(write)

    async def _known(self, work: Admitted, answer: str) -> bool:
        """Whether that answer was posted in this very channel, with thumbs under it."""
        db, here = self.core.db, (work.place.workspace, work.place.channel)
        post = await db.read_whole(partial(db.outbox.get, key=f"reply:{answer}"))
        return post is not None and (post.workspace, post.channel) == here and has_thumbs(post.body, answer)


async def _or_why(vote: Callable[[], Awaitable[Outcome | None]], why: View) -> View | Outcome:
    """Once it is noted, the window asks why; what kept it from being noted is said there."""
    told = await vote()
    return told if isinstance(told, Refusal | Failure) else why

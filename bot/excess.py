"""What people hear of work that is not simply done: their place in line, that they have enough in it, that it failed for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agents.outcomes import Answer, Outcome, Refusal
from agents.trail import Trail
from bot.intake import Admitted
from bot.metrics import EXCESS
from bot.outgoing import SlackAwayError
from bot.replies.answer import Footer, render
from bot.replies.text import Outbound
from bot.responding import Responding
from bot.turns import gave_up, refusal_event
from storage.database import Database


@dataclass
class Excess:
    """`engaged` tells whether a reply without a mention is meant for the bot at all."""

    db: Database
    trail: Trail
    responding: Responding
    out: Outbound
    engaged: Callable[[Admitted], Awaitable[bool]]
    queue: int = 100  # places in line that nobody needs to be told of
    each: int = 500  # messages of one person that may wait; the next one is refused

    async def busy(self, work: Admitted, place: int) -> None:
        """It is answered all the same, later. Who does not hear this loses nothing."""
        if await self._overheard(work):
            return
        EXCESS.labels("busy").inc()
        text = (
            f"I am busy: this is number {place} in line. I answer it here when its turn comes; you need not send it "
            "again."
        )
        if self._spoken_to(work):
            await self._say(work, Answer(text, model="no model"))

    async def refuse(self, work: Admitted) -> None:
        """Said first, then noted: what was not said is taken up again. Raises StoreUnavailable, SlackAwayError."""
        if await self._overheard(work):
            await self._finish(work, "ignored", "not in a thread of the bot")
            return
        EXCESS.labels("refused").inc()
        text = (
            f"You have {self.each} messages in line already, so I do not take this one. Send it again when they are "
            "answered."
        )
        if self._spoken_to(work) and not await self._say(work, Refusal(text, reference=work.row_id)):
            raise SlackAwayError("nobody could be told that the message is refused")
        async with self.db.write() as tx:
            await self.db.inbox.finish(tx, work.row_id, "done", "refused: too many waiting")
            await self.trail.record(tx, refusal_event(work, f"{self.each} messages waiting", "limits"))

    async def give_up(self, work: Admitted) -> None:
        """A command or click that failed each time. It is over, whether or not this can be said. Raises StoreUnavailable."""
        if self._spoken_to(work):
            await self._say(work, gave_up(work))
        await self._finish(work, "dead", "gave up after three tries")

    async def _finish(self, work: Admitted, state: str, note: str) -> None:
        await self.db.write_whole(lambda tx: self.db.inbox.finish(tx, work.row_id, state, note))

    async def _overheard(self, work: Admitted) -> bool:
        """People who talk among themselves are not spoken to."""
        return work.delivery.kind == "reply" and not await self.engaged(work)

    def _spoken_to(self, work: Admitted) -> bool:
        return work.served and not work.place.shared_externally

    async def _say(self, work: Admitted, outcome: Outcome) -> bool:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        message = render(outcome, self.out, footer)
        if work.delivery.kind == "command":
            return await self.responding.answer(work, message)
        if not work.place.channel:
            return True  # the Home tab is shown as it is when its turn comes
        return await self.responding.whisper(work, message)

"""What people hear while there is more to do than can be done: their place in line, or that they have enough in it."""

from __future__ import annotations

from dataclasses import dataclass

from agents.outcomes import Answer, Outcome, Refusal
from agents.trail import Trail
from bot.intake import Admitted
from bot.metrics import EXCESS
from bot.outgoing import SlackAwayError
from bot.replies.answer import Footer, render
from bot.replies.text import Outbound
from bot.responding import Responding
from bot.turns import refusal_event
from storage.database import Database

QUEUE = 100  # places in line that nobody needs to be told of
EACH = 500  # messages of one person that may wait; the next one is refused


@dataclass
class Excess:
    db: Database
    trail: Trail
    responding: Responding
    out: Outbound

    async def busy(self, work: Admitted, place: int) -> None:
        """It is answered all the same, later. Who does not hear this loses nothing."""
        EXCESS.labels("busy").inc()
        text = (
            f"I am busy: this is number {place} in line. I answer it here when its turn comes; you need not send it "
            "again."
        )
        if work.served:
            await self._say(work, Answer(text, model="no model"))

    async def refuse(self, work: Admitted) -> None:
        """Said first, then noted: what was not said is taken up again. Raises StoreUnavailable, SlackAwayError."""
        EXCESS.labels("refused").inc()
        text = f"You have {EACH} messages in line already, so I do not take this one. Send it again when they are answered."
        if work.served and not await self._say(work, Refusal(text, reference=work.row_id)):
            raise SlackAwayError("nobody could be told that the message is refused")
        async with self.db.write() as tx:
            await self.db.inbox.finish(tx, work.row_id, "done", "refused: too many waiting")
            await self.trail.record(tx, refusal_event(work, f"{EACH} messages waiting", "limits"))

    async def _say(self, work: Admitted, outcome: Outcome) -> bool:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        message = render(outcome, self.out, footer)
        if work.delivery.kind == "command":
            return await self.responding.answer(work, message)
        if not work.place.channel:
            return True  # the Home tab is shown as it is when its turn comes
        return await self.responding.whisper(work, message)

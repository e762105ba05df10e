"""A click on a fact: kept or not, by the clicker's rights. The question becomes its answer."""

from __future__ import annotations

from dataclasses import dataclass

from agents.incidents.facts import spoken
from agents.outcomes import Failure, Refusal
from bot.commands.memory import book_of
from bot.core import Core
from bot.intake import Admitted
from bot.outgoing import Outgoing, SlackRefusesError
from bot.replies.answer import Footer, render
from bot.replies.memory import CONFIRM, told
from bot.replies.text import Outbound
from bot.responding import Responding
from storage.errors import StoreUnavailable

NOTHING = "Nothing was changed."
LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")


@dataclass
class MemoryClicks:
    core: Core
    outgoing: Outgoing
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        keep = work.payload.get("action_id") == CONFIRM
        book, fact = book_of(self.core), str(work.payload.get("value", ""))
        try:
            done = await (book.confirm if keep else book.forget)(work.request, fact)
        except StoreUnavailable:
            await self.responding.whisper(work, render(LATER, self.out, footer))
            return
        if done.row is None:
            no = Refusal(f"{done.no} {NOTHING}", done.who_may, work.row_id)
            await self.responding.whisper(work, render(no, self.out, footer))
            return
        name = book.name(work.actor.id)
        line = f"Known: {spoken(book, done.row)}" if keep else f"Not kept; {name} said so."
        try:
            await self.outgoing.edit(work.place.channel, work.delivery.ts, told(line, self.out))
        except SlackRefusesError:  # the question is gone meanwhile
            await self.responding.whisper(work, told(line, self.out))

"""`/cloudops ...`: one command, one answer to its sender; shown to all only with `--share`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final

from agents.outcomes import Answer, Refusal
from agents.people import Request
from bot.cards import Cards
from bot.commands.grammar import Parsed, Unparsed, parse
from bot.intake import Admitted
from bot.listeners.mysettings import MySettings
from bot.progress import Quiet
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.responding import Responding
from bot.turns import Turns

# Words of a button may be the name that somebody gave to a resource. What takes effect at once is never said by one.
BY_HAND: Final = frozenset(
    {
        "keys confirm",
        "keys revoke",
        "resume",
        "reviews close",
        "incident declare",
        "incident close",
        "incident complete",
    }
)


@dataclass
class Slash:
    turns: Turns
    responding: Responding
    cards: Cards
    my_settings: MySettings

    async def __call__(self, work: Admitted) -> None:
        text = str(work.payload.get("value", "")) if work.delivery.kind == "action" else work.request.text
        parsed = parse(text)
        if work.delivery.kind == "action" and isinstance(parsed, Parsed) and parsed.verb.name in BY_HAND:
            await self.responding.answer(work, self._type_it(work, parsed), share=False)
            return
        if work.delivery.kind == "command" and _opens_settings(parsed) and await self.my_settings(work):
            return
        message, plans = await self._answer(replace(work.request, text=text), work)
        share = isinstance(parsed, Parsed) and parsed.share
        if message is None:
            message = self._proposed(work, plans)
        for plan_id in plans:
            await self.cards.plan_changed(plan_id)
        await self.responding.answer(work, message, share=share or message.loud)

    def _type_it(self, work: Admitted, parsed: Parsed) -> Message:
        text = (
            f"A button does not do this: `{parsed.verb.name}` takes effect at once. If you mean it, type it."
        )
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        return render(Refusal(text, reference=work.row_id), self.turns.out, footer)

    async def _answer(self, request: Request, work: Admitted) -> tuple[Message | None, tuple[str, ...]]:
        footer = Footer(request=work.row_id, correlation=request.correlation)
        parsed = parse(request.text)
        if isinstance(parsed, Unparsed) and not is_question(parsed, request.text):
            return self.turns.commands.unknown(parsed, request, footer), ()
        if not isinstance(parsed, Parsed) or parsed.verb.name == "ask":
            request = replace(request, place=request.aside)
        async with AsyncExitStack() as memory:
            return await self.turns.answer(request, footer, Quiet(), memory)

    def _proposed(self, work: Admitted, plans: tuple[str, ...]) -> Message:
        footer = Footer(request=work.row_id, correlation=work.request.correlation)
        where = (
            "in this channel"
            if work.place.channel and not work.delivery.in_dm
            else "on the Home tab of approvers"
        )
        text = f"Proposed as {', '.join(plans)}. The card is {where}; nothing was changed yet."
        return render(Answer(text, model="no model"), self.turns.out, footer)


def _opens_settings(parsed: Parsed | Unparsed) -> bool:
    return isinstance(parsed, Parsed) and parsed.verb.name == "settings me" and not parsed.word(0)


def is_question(unparsed: Unparsed, text: str) -> bool:
    """Words that look like a sentence are asked; anything near a command is not guessed."""
    return unparsed.loose and not unparsed.suggestions and (len(text.split()) >= 3 or text.endswith("?"))

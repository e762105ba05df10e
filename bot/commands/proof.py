"""`audit verify`: the same proof as on the command line, off the loop."""

from __future__ import annotations

from agents.outcomes import Failure, Outcome
from bot.commands.context import NOTHING
from bot.settings import Settings


async def verified(settings: Settings) -> Outcome:
    del settings
    return Failure("The proof is not there yet.", NOTHING, "Use `python -m bot audit verify`.", "audit")

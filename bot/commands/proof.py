"""`audit verify`: the same proof as on the command line, off the loop."""

from __future__ import annotations

import asyncio

from agents.changes.ports import Alarm
from agents.outcomes import Answer, Failure, Outcome
from bot.cli.command import CannotRun
from bot.cli.verifying import anchor_of, spoken, verified
from bot.commands.context import NOTHING
from bot.settings import Settings


async def proof(settings: Settings, alarm: Alarm) -> Outcome:
    try:
        text, whole = await asyncio.to_thread(_proof, settings)
    except CannotRun as error:
        alarm.raise_alarm("audit_not_verified", str(error))
        return Failure(f"The proof could not be made: {error}.", NOTHING, "Run `doctor`.", "audit")
    if whole:
        return Answer(text, model="no model")
    alarm.raise_alarm("audit_broken", text)
    return Failure(
        f"The audit does not verify. {text}",
        "Somebody may have edited the record.",
        "Stop all changes and look.",
        "audit",
    )


def _proof(settings: Settings) -> tuple[str, bool]:
    report = verified(settings, anchor=anchor_of(settings))
    return spoken(report, anchor_of(settings)), report.ok

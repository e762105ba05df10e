"""One line of the command line, answered as a mention in Slack is: a command, or words for the conversation."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.outcomes import Answer, Outcome, Progress, Refusal
    from agents.people import Request
    from bot.core import Core
    from bot.replies.blocks import Message

_SLASH = re.compile(r"^\s*[/@]cloudops\b\s*", re.IGNORECASE)
HERE = "ok, `/cloudops status` in Slack says how the running bot is"
LISTED = 60  # rows of a table, where nobody turns pages


def words_of(text: str) -> str:
    """Without the name of the bot, which Slack takes off too."""
    return _SLASH.sub("", text)


def needs_agent(text: str) -> bool:
    """Whether words are asked; a command needs no conversation."""
    from bot.turns import question_in

    return question_in(words_of(text)) is not None


async def answered(core: Core, request: Request, steps: Progress) -> Outcome | Message:
    """What the bot says to this text. Raises nothing that the conversation or a command does not raise."""
    from bot.commands.grammar import Unparsed, parse
    from bot.commands.run import Commands, near
    from bot.replies.answer import Footer
    from bot.replies.text import Outbound
    from bot.turns import question_in

    request = replace(request, text=words_of(request.text))
    if (question := question_in(request.text)) is not None:
        return await core.conversation.ask(replace(request, text=question), steps)
    parsed = parse(request.text)
    if isinstance(parsed, Unparsed):
        return near(parsed)
    footer = Footer(request=request.id, correlation=request.correlation)
    return await Commands(core, Outbound(core.redactor.clean), _states).outcome(parsed, request, footer)


async def _states() -> Mapping[str, str]:
    return {"this command line": HERE}


def as_text(found: Outcome | Message) -> str:
    """For a terminal, evidence, limits and what was looked at with it."""
    from agents.conversation.cli_view import spoken
    from agents.outcomes import Answer, Failure, Refusal
    from bot.replies.blocks import Message

    if isinstance(found, Message):
        return unescape(found.text)
    if isinstance(found, Refusal):
        return _refused(found)
    if isinstance(found, Failure):
        return f"{spoken(found)}\nreference: {found.reference}"
    return _answer(found) if isinstance(found, Answer) else spoken(found)


def _refused(refusal: Refusal) -> str:
    who = [f"may: {', '.join(refusal.who_may)}"] if refusal.who_may else []
    reference = [f"reference: {refusal.reference}"] if refusal.reference else []
    return "\n".join([refusal.text, *who, *reference])


def _answer(answer: Answer) -> str:
    parts = [answer.text]
    parts += [_table(answer)] if answer.tables and not answer.evidence else []
    parts += [f"  [{e.label}] {e.value}  ({e.ref})" for e in answer.evidence]
    parts += [f"ruled out: {'; '.join(answer.ruled_out)}"] if answer.ruled_out else []
    parts += [f"could not see: {'; '.join(answer.could_not_see)}"] if answer.could_not_see else []
    parts += [f"waits for approval: {plan}" for plan in answer.plans]
    parts += [f"note: {note}" for note in answer.notes]
    parts += [f"looked at: {where}"] if (where := _where(answer)) else []
    return "\n".join(parts)


def _table(answer: Answer) -> str:
    from bot.cli.command import columns

    first = answer.tables[0]
    left = max(first.total, len(first.rows)) - len(first.rows[:LISTED])
    listed = columns([tuple(first.columns), *(tuple(row) for row in first.rows[:LISTED])])
    return f"{listed}\nand {left} more" if left else listed


def _where(answer: Answer) -> str:
    names = ("cluster", "namespace", "service", "compartment", "region")
    said = [f"{name} {value}" for name in names if (value := getattr(answer.scope, name))]
    return ", ".join([*said, *([answer.scope.since] if answer.scope.since else [])])

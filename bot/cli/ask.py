"""`ask`: one question to the conversation that Slack talks to."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bot.cli.command import FINE, NOT_FINE, Command, json_option, person_option, print_json
from bot.cli.opening import actor_named, opened, request_of

if TYPE_CHECKING:
    from agents.outcomes import Outcome


class Steps:
    """Shows the real step on stderr, on a terminal only."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    async def step(self, text: str) -> None:
        if self._shown:
            print(f"  … {text}", file=sys.stderr)


def options(parser: ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help="the question")
    person_option(parser)
    json_option(parser)


def run(parsed: Namespace) -> int:
    return asyncio.run(_ask(parsed))


async def _ask(parsed: Namespace) -> int:
    from agents.conversation.cli_view import to_json
    from agents.outcomes import Failure, Refusal

    async with opened(agent=True) as core:
        actor = actor_named(core.policy.policy, parsed.person)
        steps = Steps(shown=sys.stderr.isatty() and not parsed.json)
        outcome = await core.conversation.ask(request_of(core, actor, parsed.text), steps)
    if parsed.json:
        print_json(to_json(outcome))
    else:
        print(as_text(outcome))
    return NOT_FINE if isinstance(outcome, Failure | Refusal) else FINE


def as_text(outcome: Outcome) -> str:
    """The outcome for a terminal, evidence and limits with it."""
    from agents.conversation.cli_view import spoken
    from agents.outcomes import Answer

    if not isinstance(outcome, Answer):
        return spoken(outcome)
    parts = [outcome.text]
    parts += [f"  [{e.label}] {e.value}  ({e.ref})" for e in outcome.evidence]
    parts += [f"ruled out: {'; '.join(outcome.ruled_out)}"] if outcome.ruled_out else []
    parts += [f"could not see: {'; '.join(outcome.could_not_see)}"] if outcome.could_not_see else []
    parts += [f"waits for approval: {plan}" for plan in outcome.plans]
    parts += [f"note: {note}" for note in outcome.notes]
    return "\n".join(parts)


ASK = Command("ask", "ask one question", run, options)

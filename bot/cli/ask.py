"""`ask`: one question or command, answered as in Slack."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.answering import answered, as_text, needs_agent
from bot.cli.command import FINE, NOT_FINE, Command, json_option, person_option, print_json
from bot.cli.opening import actor_named, opened, request_of

if TYPE_CHECKING:
    from agents.outcomes import Outcome
    from bot.replies.blocks import Message


class Steps:
    """Shows the real step on stderr, on a terminal only."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    async def step(self, text: str) -> None:
        if self._shown:
            print(f"  … {text}", file=sys.stderr)

    async def ended(self, text: str, *, well: bool) -> None:
        """The next step says it."""


def options(parser: ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", help="a question, or a command such as plans")
    person_option(parser)
    json_option(parser)


def run(parsed: Namespace) -> int:
    return asyncio.run(_ask(parsed))


async def _ask(parsed: Namespace) -> int:
    from agents.outcomes import Failure, Refusal

    async with opened(agent=needs_agent(parsed.text)) as core:
        actor = actor_named(core.policy.policy, parsed.person)
        steps = Steps(shown=sys.stderr.isatty() and not parsed.json)
        found = await answered(core, request_of(core, actor, parsed.text), steps)
    if parsed.json:
        print_json(_as_json(found))
    else:
        print(as_text(found))
    return NOT_FINE if isinstance(found, Failure | Refusal) else FINE


def _as_json(found: Outcome | Message) -> dict[str, Any]:
    """What a command shows in a form of its own has no more than its text."""
    from agents.conversation.cli_view import to_json
    from agents.outcomes import Answer
    from bot.replies.blocks import Message

    return to_json(Answer(as_text(found), model="no model") if isinstance(found, Message) else found)


ASK = Command("ask", "ask one question", run, options)

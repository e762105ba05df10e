"""`console`: a chat on the terminal: commands and questions as in Slack. One console is one thread."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace

from bot.cli.answering import answered, as_text
from bot.cli.ask import Steps
from bot.cli.command import FINE, Command, person_option
from bot.cli.opening import actor_named, opened, request_of

BYE = {"exit", "quit", "bye"}


def options(parser: ArgumentParser) -> None:
    person_option(parser)


def run(parsed: Namespace) -> int:
    return asyncio.run(_talk(parsed.person))


async def _talk(person: str) -> int:
    from storage.ids import new_id

    async with opened(agent=True) as core:
        actor = actor_named(core.policy.policy, person)
        thread = new_id("cli_")
        on_terminal = sys.stdin.isatty()
        if on_terminal:
            print(
                f"You are {actor.name or actor.id}. Changes are proposed here and approved in Slack. exit ends."
            )
        steps = Steps(shown=on_terminal)
        while (line := await asyncio.to_thread(_read, "> " if on_terminal else "")) is not None:
            text = line.strip()
            if text.lower() in BYE:
                break
            if text:
                found = await answered(core, request_of(core, actor, text, thread), steps)
                print(as_text(found), flush=True)
    return FINE


def _read(prompt: str) -> str | None:
    """The next line; None at the end of the input."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    return sys.stdin.readline() or None


CONSOLE = Command("console", "talk to the bot on this terminal", run, options)

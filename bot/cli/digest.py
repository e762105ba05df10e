"""`digest preview NAME`: what a digest would say now, on the terminal; nothing is posted."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace

from bot.cli.answering import answered, as_text
from bot.cli.command import FINE, NOT_FINE, Command, json_option, person_option, print_json
from bot.cli.opening import actor_named, opened, request_of


class Silent:
    async def step(self, text: str) -> None:
        """A digest is shown when it is done."""

    async def ended(self, text: str, *, well: bool) -> None:
        """Nothing is shown."""


def options(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="operations, cost, access, handover, approvals or noise")
    person_option(parser)
    json_option(parser)


def run(parsed: Namespace) -> int:
    return asyncio.run(_preview(parsed))


async def _preview(parsed: Namespace) -> int:
    from agents.digests.digest import KINDS
    from bot.replies.blocks import Message

    async with opened(agent=False) as core:
        actor = actor_named(core.policy.policy, parsed.person)
        name = parsed.name if parsed.name in KINDS else repr(parsed.name)
        found = await answered(core, request_of(core, actor, f"digest preview {name}"), Silent())
    text = as_text(found)
    if parsed.json:
        blocks = list(found.payload()["blocks"]) if isinstance(found, Message) else []
        print_json({"ok": isinstance(found, Message), "text": text, "blocks": blocks})
    else:
        print(text)
    return FINE if isinstance(found, Message) else NOT_FINE


DIGEST = Command(
    "digest",
    "digests that a channel hears on a schedule",
    subs=(Command("preview", "what a digest would say now, with your rights", run, options),),
)

"""`manifest`: the Slack app manifest, to be pasted where Slack asks for one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from bot.cli.command import FINE, CannotRun, Command


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--http", action="store_true", help="signed HTTP delivery in place of Socket Mode")
    parser.add_argument("--public-url", default="", help="where Slack reaches the bot, with --http")


def run(parsed: Namespace) -> int:
    from bot.manifest import manifest_text

    if parsed.http and not parsed.public_url.startswith("https://"):
        raise CannotRun("--public-url: must be an https address when --http is given")
    sys.stdout.write(manifest_text(socket_mode=not parsed.http, public_url=parsed.public_url))
    return FINE


MANIFEST = Command("manifest", "print the Slack app manifest", run, options)

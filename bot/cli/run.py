"""`run`: the bot itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
from argparse import Namespace

from bot.cli.command import CannotRun, Command
from bot.cli.opening import read_settings


def run(parsed: Namespace) -> int:
    del parsed
    settings = read_settings()
    from bot.settings import SettingsError

    try:
        settings.need_slack()
    except SettingsError as error:
        raise CannotRun(*error.problems) from error
    gc.disable()  # a start makes objects that stay; run_bot switches it on again once it is up
    from bot.app import run_bot
    from bot.core import CannotStart

    try:
        return asyncio.run(run_bot(settings)) or 0
    except CannotStart as error:
        raise CannotRun(str(error)) from error


RUN = Command("run", "run the bot: Slack, conversation, changes", run)

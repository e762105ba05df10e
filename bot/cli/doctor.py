"""`doctor`: everything that the bot needs, looked at once. Exit code 1 when something is not fine."""

from __future__ import annotations

import asyncio
import dataclasses
from argparse import Namespace
from typing import TYPE_CHECKING

from bot.cli.command import FINE, NOT_FINE, Command, columns, json_option, print_json
from bot.cli.opening import read_settings

if TYPE_CHECKING:
    from bot.cli.checks.line import Line
    from bot.settings import Settings

SIGNS = {"ok": "ok   ", "off": "-    ", "wrong": "WRONG"}


def run(parsed: Namespace) -> int:
    lines = asyncio.run(examined(read_settings()))
    bad = sum(line.state == "wrong" for line in lines)
    if parsed.json:
        print_json({"ok": not bad, "checks": [dataclasses.asdict(line) for line in lines]})
    else:
        print(columns((SIGNS[line.state], line.area, _sentence(line)) for line in lines))
        print(f"\n{bad or 'nothing'} to put right")
    return NOT_FINE if bad else FINE


async def examined(settings: Settings) -> list[Line]:
    from bot.cli.checks.bucket import bucket
    from bot.cli.checks.clusters import clusters
    from bot.cli.checks.files import policy, runbooks, services
    from bot.cli.checks.line import fine
    from bot.cli.checks.memory import audit, database
    from bot.cli.checks.neighbours import alertmanager, cache, models, prometheus
    from bot.cli.checks.notifying import notifying
    from bot.cli.checks.oracle import oracle
    from bot.cli.checks.parts import parts
    from bot.cli.checks.slack import slack

    checks = (
        policy,
        runbooks,
        services,
        parts,
        database,
        audit,
        slack,
        clusters,
        oracle,
        bucket,
        prometheus,
        alertmanager,
        cache,
        models,
        notifying,
    )
    found = await asyncio.gather(*(check(settings) for check in checks))
    return [fine("settings", f"read, ENV={settings.env}"), *(line for lines in found for line in lines)]


def _sentence(line: Line) -> str:
    return f"{line.text}. To do: {line.todo}" if line.todo else line.text


DOCTOR = Command(
    "doctor", "check settings, files, database, Slack, clusters, Oracle Cloud and models", run, json_option
)

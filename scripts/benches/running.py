"""What is measured, started: the bot, the floor, the reference stack and slack-bolt's echo."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from sandbox.slack.server import LocalSlack
from scripts.benches.floor import MODEL
from scripts.benches.process import Program, start, start_helper
from tests.journeys.bot_house import MANIFEST, POLICY, House

# As many questions as a bench asks nobody has a day's tokens for.
BENCH_POLICY = POLICY.replace("limits: {", "limits: {tokens_per_person_day: 1_000_000_000, ")


def plain_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}


def bot_environment(slack: LocalSlack, root: Path, kubeconfig: Path, model: str) -> dict[str, str]:
    return {
        **plain_environment(),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{root}/app.db",
        "POLICY_FILE": str(root / "policy.yaml"),
        "SERVICES_FILE": str(root / "services.yaml"),
        "KUBECONFIG": str(kubeconfig),
        "HTTP_PORT": "0",
        "LOG_LEVEL": "WARNING",
        "LLM": f"groq:{MODEL}" if model else "offline",
        "GROQ_API_KEY": "local",
        "GROQ_BASE_URL": model,
        "LANGSMITH_TRACING": "false",
    }


@asynccontextmanager
async def running_bot(home: House, model: str) -> AsyncIterator[Program]:
    environment = bot_environment(home.slack, home.root, home.cluster.kubeconfigs["bot"], model)
    async with started_bot(environment, home.root / "bot.log") as bot:
        yield bot


@asynccontextmanager
async def started_bot(environment: dict[str, str], log: Path) -> AsyncIterator[Program]:
    bot = await start(["-m", "bot", "run"], environment, log=log)
    try:
        yield bot
    finally:
        await bot.stop()


@asynccontextmanager
async def helper(
    name: str, arguments: dict[str, Any], log: Path, *, greets: bool = True
) -> AsyncIterator[Program]:
    """A program of scripts/benches; `greets`: it says a line when it is up."""
    environment = plain_environment() | {"LANGSMITH_TRACING": "false"}
    program = await start_helper(name, arguments, environment, log)
    try:
        program.greeting = await program.line() if greets else "-"
        if not program.greeting:
            raise SystemExit(f"{name} did not start: {log.read_text()[-2000:]}")
        yield program
    finally:
        await program.stop()


async def once(name: str, arguments: dict[str, Any], log: Path) -> dict[str, float]:
    """What a program of scripts/benches says that does one thing and ends."""
    async with helper(name, arguments, log) as program:
        found: dict[str, float] = json.loads(program.greeting)
    return found


@asynccontextmanager
async def running_floor(home: House, model: str) -> AsyncIterator[Program]:
    arguments = {"groq": model, "namespace": "shop", **raw_access(home)}
    async with helper("floor", arguments, home.root / "floor.log", greets=False) as floor:
        yield floor


@asynccontextmanager
async def running_reference(home: House, model: str) -> AsyncIterator[tuple[Program, LocalSlack]]:
    more = {"groq": model, "memory": str(home.root / "reference.db"), **raw_access(home)}
    async with on_a_slack("reference", more, home.root / "reference.log") as found:
        yield found


@asynccontextmanager
async def running_echo(root: Path) -> AsyncIterator[tuple[Program, LocalSlack]]:
    async with on_a_slack("echo", {}, root / "echo.log") as found:
        yield found


@asynccontextmanager
async def on_a_slack(name: str, more: dict[str, str], log: Path) -> AsyncIterator[tuple[Program, LocalSlack]]:
    """A program with a workspace of its own."""
    async with LocalSlack(MANIFEST) as slack:
        tokens = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url}
        async with helper(name, tokens | more, log) as program:
            yield program, slack


async def connected(slack: LocalSlack) -> None:
    """Until the bot's socket is there: what is said before, nobody hears."""
    while not len(slack.workspace.links):
        await asyncio.sleep(0.005)


def raw_access(home: House) -> dict[str, str]:
    return raw_access_of(Path(home.cluster.kubeconfigs["viewer"]), home.root)


def raw_access_of(kubeconfig: Path, root: Path) -> dict[str, str]:
    """The cluster as somebody without any client library reaches it."""
    config = yaml.safe_load(kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    ca = root / "ca.pem"
    ca.write_bytes(_certificate(cluster))
    return {"cluster": cluster["server"], "token": config["users"][0]["user"]["token"], "ca": str(ca)}


def _certificate(cluster: dict[str, str]) -> bytes:
    if "certificate-authority-data" in cluster:
        return base64.b64decode(cluster["certificate-authority-data"])
    return Path(cluster["certificate-authority"]).read_bytes()

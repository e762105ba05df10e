"""P1, P2, P9, P15: the product beside its floors, in rounds that alternate."""

from __future__ import annotations

import asyncio
import base64
import os
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from sandbox.models.replies import Body, Calls, Reply, Say
from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from scripts.benches.commits import commits, forget
from scripts.benches.floor import MODEL
from scripts.benches.process import Program, start, start_helper
from scripts.benches.questions import QUIET_S, asked, at_once, commanded, commands, questions
from tests.journeys.bot_house import MANIFEST, House, house

ROUNDS = 5
COMMAND = "whoami"


def two_tools(body: Body) -> Reply:
    """The model of every bench: two reads, then the answer."""
    seen = any(m.get("role") == "tool" for m in body["messages"][-3:])
    if seen:
        return Say("Everything that I can see is healthy [1].")
    return Calls((("k8s_unhealthy", {"namespace": "shop"}), ("k8s_events", {"namespace": "shop"})))


def bot_environment(home: House, model: str) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}},
        "SLACK_BOT_TOKEN": home.slack.bot_token,
        "SLACK_APP_TOKEN": home.slack.app_token,
        "SLACK_API_URL": home.slack.api_url,
        "DATABASE_URL": f"sqlite:///{home.root}/app.db",
        "POLICY_FILE": str(home.root / "policy.yaml"),
        "SERVICES_FILE": str(home.root / "services.yaml"),
        "KUBECONFIG": str(home.cluster.kubeconfigs["bot"]),
        "HTTP_PORT": "0",
        "LOG_LEVEL": "WARNING",
        "LLM": f"groq:{MODEL}" if model else "offline",
        "GROQ_API_KEY": "local",
        "GROQ_BASE_URL": model,
        "LANGSMITH_TRACING": "false",
    }


@asynccontextmanager
async def running_bot(home: House, model: str) -> AsyncIterator[Program]:
    bot = await start(["-m", "bot", "run"], bot_environment(home, model), log=home.root / "bot.log")
    try:
        yield bot
    finally:
        await bot.stop()


@asynccontextmanager
async def running_floor(home: House, model: str) -> AsyncIterator[Program]:
    config = yaml.safe_load(Path(home.cluster.kubeconfigs["viewer"]).read_text())
    ca = home.root / "ca.pem"
    cluster = config["clusters"][0]["cluster"]
    ca.write_bytes(_certificate(cluster))
    arguments = {
        "groq": model,
        "cluster": cluster["server"],
        "token": config["users"][0]["user"]["token"],
        "ca": str(ca),
        "namespace": "shop",
    }
    environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    floor = await start_helper("floor", arguments, environment, home.root / "floor.log")
    try:
        yield floor
    finally:
        await floor.stop()


async def connected(home: House) -> None:
    """Until the bot's socket is there: what is said before, nobody hears."""
    while not len(home.slack.workspace.links):
        await asyncio.sleep(0.005)


def _certificate(cluster: dict[str, str]) -> bytes:
    if "certificate-authority-data" in cluster:
        return base64.b64decode(cluster["certificate-authority-data"])
    return Path(cluster["certificate-authority"]).read_bytes()


@asynccontextmanager
async def running_echo(root: Path) -> AsyncIterator[tuple[Program, LocalSlack]]:
    async with LocalSlack(MANIFEST) as slack:
        arguments = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url}
        environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
        echo = await start_helper("echo", arguments, environment, root / "echo.log")
        await echo.line()
        try:
            yield echo, slack
        finally:
            await echo.stop()


@dataclass(frozen=True)
class Bench:
    """Everything that is compared, up and warm."""

    home: House
    bot: Program
    floor: Program
    echo: Program
    echo_slack: LocalSlack

    async def round(self, count: int) -> dict[str, float]:
        """Each of them `count` times, so close together that they have the same share of the machine."""
        base = await self.floor.batch(count)
        question = await questions(self.bot, self.home.slack, count)
        echo = await commands(self.echo, self.echo_slack, count, COMMAND)
        command = await commands(self.bot, self.home.slack, count, COMMAND)
        return {
            "floor_cpu_ms": base["cpu_ms"], "floor_p50_ms": base["p50_ms"],
            "question_cpu_ms": question.cpu_ms, "question_p50_ms": question.p50_ms,
            "echo_cpu_ms": echo.cpu_ms, "echo_p50_ms": echo.p50_ms,
            "command_cpu_ms": command.cpu_ms, "command_p50_ms": command.p50_ms,
        }  # fmt: skip

    async def commits_a_question(self, count: int = 5) -> float:
        file = self.home.root / "app.db"
        await asyncio.sleep(QUIET_S)
        forget(file)
        await questions(self.bot, self.home.slack, count)
        return commits(file) / count


@asynccontextmanager
async def bench(root: Path) -> AsyncIterator[Bench]:
    root.mkdir()
    async with (
        ModelServer(two_tools) as model,
        house(root) as home,
        running_bot(home, model.groq_url) as bot,
        running_floor(home, model.groq_url) as floor,
        running_echo(root) as (echo, echo_slack),
    ):
        await connected(home)
        await asked(home.slack)
        await commanded(home.slack, COMMAND)
        await commanded(echo_slack, COMMAND)
        yield Bench(home, bot, floor, echo, echo_slack)


async def measure(root: Path, scale: float) -> dict[str, float]:
    count = max(int(30 * scale), 3)
    async with bench(root) as stage:
        rounds = [await stage.round(count) for _ in range(ROUNDS if scale >= 1 else 1)]
        waits = await stage.commits_a_question()
        rate, peak = await at_once(stage.bot, stage.home.slack, 32)
    figures = {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}
    more = {
        "commits_a_question": waits,
        "questions_a_second_at_32": round(rate, 1),
        "rss_mib_at_32": round(peak, 1),
    }
    return figures | more

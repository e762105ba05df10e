"""The bot as a process: starts in stages, says ready, survives a kill, drains when it is told to stop."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, closing

import aiohttp
import pytest

from sandbox.slack.core.timing import Timing
from tests.journeys.bot_house import BOT, house

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path) as found:
        yield found


class Process:
    def __init__(self, child):
        self.child, self.lines = child, []
        self.ready = asyncio.Event()
        self.reader = asyncio.create_task(self._read())

    async def _read(self):
        async for line in self.child.stderr:
            self.lines.append(line.decode().strip())
            if self.lines[-1] == "ready":
                self.ready.set()

    async def until_ready(self):
        """What it said is told when it does not become so."""
        try:
            await asyncio.wait_for(self.ready.wait(), 60)
        except TimeoutError:
            raise AssertionError([self.child.returncode, *self.lines]) from None

    async def end(self, number):
        if self.child.returncode is None:
            self.child.send_signal(number)
        code = await asyncio.wait_for(self.child.wait(), 30)
        await self.reader
        return code


@asynccontextmanager
async def process(place, *module, cwd=None, **extra):
    """`module` and its arguments instead of the bot's own command; `cwd` is where its code lies."""
    env = {
        **os.environ,
        "SLACK_BOT_TOKEN": place.slack.bot_token,
        "SLACK_APP_TOKEN": place.slack.app_token,
        "SLACK_API_URL": place.slack.api_url,
        "DATABASE_URL": f"sqlite:///{place.root}/app.db",
        "POLICY_FILE": str(place.root / "policy.yaml"),
        "SERVICES_FILE": str(place.root / "services.yaml"),
        "KUBECONFIG": str(place.cluster.kubeconfigs["bot"]),
        "HTTP_PORT": "0",
        "SLACK_STREAMS": "false",
        "LLM": "offline",
        **extra,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *(module or ("bot", "run")),
        cwd=cwd,
        env=env,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    running = Process(child)
    try:
        yield running
    finally:
        await running.end(signal.SIGKILL)


def kills(place):
    """What the audit says of processes that ended without being told to."""
    with closing(sqlite3.connect(place.root / "app.db")) as db:
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM audit_events")]
    return [body for body in bodies if body["type"] == "process.killed"]


def free_port():
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


async def test_it_says_ready_when_a_message_would_be_answered_and_exits_0_on_sigterm(place):
    port = free_port()
    async with process(place, HTTP_PORT=str(port)) as bot, aiohttp.ClientSession() as http:
        await bot.until_ready()
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200
        async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
            health = await answer.json()
            assert {"status", "timestamp", "version", "components"} <= health.keys()
        assert "alice" in (await place.ask("whoami"))["text"]
        async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert 'cloudops_deliveries_total{fate="admitted",kind="mention"} 1.0' in await answer.text()
        started = time.perf_counter()
        assert await bot.end(signal.SIGTERM) == 0
        assert time.perf_counter() - started < 25
        assert [line for line in bot.lines if line == "ready"] == ["ready"]


@pytest.fixture
async def patient_place(tmp_path):
    """What was not acknowledged before the end comes again soon, not after a minute."""
    async with house(tmp_path, timing=Timing(retries=(0.0, *map(float, range(1, 30))))) as found:
        yield found


async def test_sigterm_under_load_loses_nothing(patient_place):
    place = patient_place
    async with process(place) as bot:
        await bot.until_ready()
        words = f"{BOT} k8s overview checkout"
        stamps = [await place.slack.say("UALICE", "COPS", words) for _ in range(12)]
        assert await bot.end(signal.SIGTERM) == 0
    async with process(place) as bot:
        await bot.until_ready()
        for ts in stamps:
            await place.slack.wait_reply("COPS", ts, 40)
        await asyncio.sleep(0.5)
        assert [len(place.slack.replies("COPS", ts)) for ts in stamps] == [1] * len(stamps)
    assert kills(place) == []


async def test_killed_in_the_middle_of_a_change_the_card_tells_the_truth_and_nothing_is_repeated(place):
    async with process(place) as bot_before:
        await bot_before.until_ready()
        card = await place.card("restart checkout")
        before = len(place.writes())
        await place.click(card, "plan_approve", "UBOB")
        await place.slack.wait_for(lambda: len(place.writes()) > before or None, 20)
        await bot_before.end(signal.SIGKILL)
    async with process(place) as bot:
        await bot.until_ready()
        done = await place.until(card, "Succeeded in", seconds=60)
        assert "taken over by another one, written once, 0 repeated" in done["text"]
        assert len(place.writes()) == before + 1
    (killed,) = kills(place)
    assert killed["detail"]["process"] == str(bot_before.child.pid)


async def test_a_policy_that_becomes_invalid_is_an_alarm_and_refuses_changes(place):
    async with process(place) as bot:
        await bot.until_ready()
        whole = (place.root / "policy.yaml").read_text()
        (place.root / "policy.yaml").write_text(whole + "\nnonsense: 1\n")
        for _ in range(60):
            if "policy: " in (text := (await place.command("status"))["text"]) and "policy: ok" not in text:
                break
            await asyncio.sleep(0.2)
        assert "nonsense" in text
        assert "until the policy is valid again" in (await place.ask("restart checkout"))["text"]
        assert any("policy_invalid" in line for line in bot.lines)
        (place.root / "policy.yaml").write_text(whole)
        for _ in range(60):
            if "policy: ok" in (await place.command("status"))["text"]:
                break
            await asyncio.sleep(0.2)
        card = await place.card("restart checkout")
        assert "Pending" in card["text"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"LLM": "groq:m"}, "GROQ_API_KEY"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"POLICY_FILE": "/nowhere/policy.yaml"}, "POLICY_FILE"),
    ],
)
async def test_what_keeps_it_from_starting_is_named_with_exit_2_and_without_values(place, changed, named):
    async with process(place, **changed) as bot:
        code = await asyncio.wait_for(bot.child.wait(), 60)
        await bot.reader
        said = "\n".join(bot.lines)
        assert code == 2, said
        assert named in said
        assert "xoxb-wrong" not in said


async def test_full_results_that_are_too_old_are_gone_after_a_start(place):
    async with place.open() as bot, bot.core.db.write() as tx:
        await bot.core.db.artifacts.put(
            tx, title="t", content_type="text/plain", text="x", owner="T:U", correlation="c"
        )
    with closing(sqlite3.connect(place.root / "app.db")) as db, db:
        db.execute("UPDATE artifacts SET created_at='2020-01-01T00:00:00.000000+00:00'")
    async with place.open(results_keep_days=1):
        for _ in range(100):
            with closing(sqlite3.connect(place.root / "app.db")) as db:
                left = db.execute("SELECT count(*) FROM artifacts").fetchone()[0]
            if not left:
                break
            await asyncio.sleep(0.1)
    assert left == 0

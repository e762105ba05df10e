"""kill -9 while a message is handled: nothing acknowledged is lost, nothing is said or proposed twice, order is kept."""

import asyncio
import random
import signal
import sqlite3
import time
from contextlib import asynccontextmanager, closing

import pytest

from sandbox.models import ModelServer
from sandbox.models.minds import sensible
from sandbox.slack.core.timing import Timing
from storage.clock import SystemClock
from storage.database import Database
from tests.chaos.bot_victim import BEFORE_THE_ACK, OF_A_STREAM, POINTS
from tests.journeys.bot_house import BOT, house
from tests.journeys.test_bot_process import process

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(7200)]
QUESTION, CHANGE = "why is checkout slow?", "restart checkout"
ROUNDS = 26
PATIENT = Timing(ack=1.0, retries=(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0))


class Stage:
    """One house and one model; only the bot dies and comes again."""

    def __init__(self, place, model):
        self.place, self.order = place, place.root / "die_at"
        self.extra = {"LLM": "groq:openai/gpt-oss-120b", "GROQ_API_KEY": "k", "GROQ_BASE_URL": model.groq_url}

    @asynccontextmanager
    async def bot(self):
        async with process(self.place, "tests.chaos.bot_victim", str(self.order), **self.extra) as running:
            await running.until_ready()
            yield running

    async def killed(self, bot, point, words):
        """A thread whose first message, or the one behind it, is the last that this process saw."""
        self.order.write_text(point)
        thread = await self.said(words)
        assert await asyncio.wait_for(bot.child.wait(), 30) == -signal.SIGKILL
        assert not self.order.exists()
        return thread

    async def said(self, words):
        """The thread that these words make."""
        slack = self.place.slack
        thread = await slack.say("UALICE", "COPS", f"{BOT} {words[0]}")
        for more in words[1:]:
            await slack.say("UALICE", "COPS", f"{BOT} {more}", thread)
        return thread

    def rows(self, sql, *values):
        with closing(sqlite3.connect(self.place.root / "app.db", timeout=10)) as db:
            return db.execute(sql, values).fetchall()

    def replies(self, thread):
        return self.place.slack.replies("COPS", thread)

    async def until(self, true, what, seconds=45):
        ends = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < ends, what
            await asyncio.sleep(0.05)

    def asked(self, thread):
        """The rows of the thread as their messages came: id, state, and the plan that it proposed."""
        return self.rows(
            "SELECT inbox.id, inbox.state, plans.id FROM inbox LEFT JOIN plans ON plans.inbox_id = inbox.id"
            " WHERE inbox.thread = ? ORDER BY json_extract(payload, '$.delivery.ts')", thread
        )  # fmt: skip

    def keys(self, thread):
        return [message["metadata"]["event_payload"]["key"] for message in self.replies(thread)]

    def answered(self, thread, words):
        """Every row has ended, every question has its answer, every proposal its card."""
        rows, keys = self.asked(thread), self.keys(thread)
        return len(rows) == len(words) and all(
            state == "done" and (f"card:{plan}" if plan else f"reply:{row}") in keys
            for row, state, plan in rows
        )

    async def whole(self, thread, words, *, acknowledged):
        """What must hold after the restart, whatever the point was."""
        await self.until(lambda: self.answered(thread, words), f"{self.asked(thread)} {self.keys(thread)}")
        await asyncio.sleep(0.3)  # for what must not come
        rows, keys = self.asked(thread), self.keys(thread)
        assert [bool(plan) for _, _, plan in rows] == [word == CHANGE for word in words]
        assert sorted(keys) == sorted(set(keys)), "said twice"
        assert set(keys) <= {f"reply:{row}" for row, _, _ in rows} | {f"card:{plan}" for *_, plan in rows}
        assert not [key for key in self.place.slack.workspace.statuses if key[1] == thread]
        assert not self.place.writes()
        if acknowledged:
            self.in_order(thread)
        assert await self.audit() == ""

    def in_order(self, thread):
        ended = self.rows(
            "SELECT json_extract(payload, '$.delivery.ts') FROM inbox WHERE thread = ? ORDER BY finished_at", thread
        )  # fmt: skip
        assert ended == sorted(ended)

    async def audit(self):
        """What is wrong with the trail."""
        db = await Database.open(f"sqlite+aiosqlite:///{self.place.root}/app.db", clock=SystemClock())
        try:
            report = await db.verify()
        finally:
            await db.close()
        return "" if report.ok else str(report)


@pytest.fixture
async def stage(tmp_path):
    async with house(tmp_path, timing=PATIENT) as place, ModelServer(sensible) as model:
        yield Stage(place, model)


async def test_killed_at_each_point_every_message_is_answered_once(stage, request, record_property):
    """Each point once, question and change taking turns to be the one that dies; `--full`: 26 times each, or `--rounds`."""
    full, rounds = request.config.getoption("--full"), request.config.getoption("--rounds") or ROUNDS
    rounds = rounds if full else 1
    record_property("figure", f"{rounds * len(POINTS)} kills at {len(POINTS)} points")
    plan = [(point, n + at) for n in range(rounds) for at, point in enumerate(POINTS)]
    thread, words, point = "", [], ""
    for at, turn in [*plan, ("", 0)]:
        async with stage.bot() as bot:
            if thread:
                await stage.whole(thread, words, acknowledged=point not in BEFORE_THE_ACK)
            if not at:
                break
            point, words = at, [QUESTION, CHANGE] if turn % 2 else [CHANGE, QUESTION]
            thread = await stage.killed(bot, point, words)


async def test_killed_at_any_moment_every_message_is_answered_once(stage, request, record_property):
    """Two moments, 40 with `--full`, drawn from the second in which a message is handled."""
    kills = 40 if request.config.getoption("--full") else 2
    record_property("figure", f"{kills} kills at random moments")
    choose, thread, words = random.Random(5), "", []
    for n in range(kills + 1):
        async with stage.bot() as bot:
            if thread:
                await stage.whole(thread, words, acknowledged=False)
            if n < kills:
                words = [QUESTION, CHANGE] if n % 2 else [CHANGE, QUESTION]
                thread = await stage.said(words)
                await asyncio.sleep(choose.uniform(0, 1))
                await bot.end(signal.SIGKILL)


async def test_killed_in_a_stream_its_question_is_answered_once_and_nothing_keeps_growing(stage, request):
    """Four points with `--full`, else the two at which Slack has something that nobody wrote down."""
    points = ("after_stream_row", *OF_A_STREAM)
    shown = points if request.config.getoption("--full") else points[1:3]
    stage.extra["SLACK_STREAMS"] = "true"
    thread = ""
    for point in (*shown, ""):
        async with stage.bot() as bot:
            if thread:
                await stage.whole(thread, [QUESTION], acknowledged=True)
                said = stage.place.slack.workspace.messages.replies("COPS", thread)
                (ours,) = [message for message in said if message.get("bot_id")]
                assert ours.get("streaming_state") != "in_progress" and ours["text"]
            if point:
                thread = await stage.killed(bot, point, [QUESTION])

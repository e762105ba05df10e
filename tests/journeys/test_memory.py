"""Memory over turns: what a turn needs it gives back."""

import asyncio
import os

import psutil
import pytest

from tests.journeys.bot_house import BOT, house
from tests.journeys.test_bot_process import process

TURNS = 10_000 if os.environ.get("SOAK") == "1" else 120
LANES, THREAD = 4, 10
QUESTIONS = (
    "why is checkout slow?",
    "what is unhealthy?",
    "show me the logs of cart",
    "whoami",
    "what is mem doing?",
)
KIB_A_TURN = 20  # what may stay: pages that the allocator keeps, a cached answer that is not old yet
WARMING = 120  # the same in the first hundreds of turns, when most is met for the first time


class Lane:
    """One person who asks again and again, a new thread every ten turns."""

    def __init__(self, slack, number):
        self.slack, self.turn, self.thread = slack, number, ""

    async def ask(self):
        self.turn += 1
        before = len(self.slack.replies("COPS", self.thread)) if self.thread else 0
        question = QUESTIONS[self.turn % len(QUESTIONS)]
        ts = await self.slack.say("UALICE", "COPS", f"{BOT} {question}", self.thread)
        self.thread = self.thread or ts
        await self.slack.wait_for(lambda: len(self.slack.replies("COPS", self.thread)) > before, 60)
        if self.turn % THREAD == 0:
            self.thread = ""


async def asked(lanes, turns):
    for _ in range(turns // LANES):
        await asyncio.gather(*(lane.ask() for lane in lanes))


@pytest.mark.timeout(14_400)
async def test_memory_does_not_grow_with_turns(tmp_path, request, record_property):
    """10,000 turns with SOAK=1; `--turns` sets another number."""
    turns = request.config.getoption("--turns") or TURNS
    async with house(tmp_path) as place, process(place, LOG_LEVEL="WARNING") as bot:
        await bot.until_ready()
        lanes = [Lane(place.slack, number) for number in range(LANES)]
        seen = []
        for _ in range(10):
            await asked(lanes, turns // 10)
            seen.append(psutil.Process(bot.child.pid).memory_info().rss / 1024)
    grown = (seen[-1] - seen[4]) / (turns / 2)  # KiB a turn over the second half
    record_property(
        "figure", f"{turns:,} turns: {', '.join(f'{kib / 1024:.0f}' for kib in seen)} MiB after each tenth"
    )
    record_property("figure", f"{grown:+.1f} KiB a turn over the second half")
    assert grown < (KIB_A_TURN if turns >= 1_000 else WARMING), seen

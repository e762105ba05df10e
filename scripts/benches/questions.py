"""Asking the bot as people do, through the local Slack, and counting what it costs the bot's process."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass

from sandbox.slack.server import LocalSlack
from scripts.benches.floor import QUESTION
from scripts.benches.process import Program

MENTION = "<@UCLOUDOPS>"
QUIET_S = 0.3  # what is left to do after a reply belongs to its question


@dataclass(frozen=True)
class Cost:
    cpu_ms: float
    p50_ms: float


async def asked(slack: LocalSlack, text: str = QUESTION, thread: str = "") -> float:
    """Milliseconds from the message to the reply in its thread."""
    before = len(slack.replies("COPS", thread)) if thread else 0
    started = time.perf_counter()
    ts = await slack.say("UALICE", "COPS", f"{MENTION} {text}", thread)
    await slack.wait_for(lambda: len(slack.replies("COPS", thread or ts)) > before, 60)
    return (time.perf_counter() - started) * 1000


async def commanded(slack: LocalSlack, text: str) -> float:
    before = len(slack.whispers("UALICE"))
    started = time.perf_counter()
    await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text=text)
    await slack.wait_for(lambda: len(slack.whispers("UALICE")) > before, 30)
    return (time.perf_counter() - started) * 1000


async def questions(bot: Program, slack: LocalSlack, count: int) -> Cost:
    before = bot.cpu
    times = [await asked(slack) for _ in range(count)]
    await asyncio.sleep(QUIET_S)
    return Cost((bot.cpu - before) * 1000 / count, statistics.median(times))


async def commands(program: Program, slack: LocalSlack, count: int, text: str) -> Cost:
    before = program.cpu
    times = [await commanded(slack, text) for _ in range(count)]
    return Cost((program.cpu - before) * 1000 / count, statistics.median(times))


async def at_once(bot: Program, slack: LocalSlack, count: int) -> tuple[float, float]:
    """Questions a second with `count` conversations at once, and the highest memory (MiB) seen meanwhile."""
    peak = bot.rss_mib
    started = time.perf_counter()
    running = {asyncio.create_task(asked(slack)) for _ in range(count)}
    while running:
        _, running = await asyncio.wait(running, timeout=0.05)
        peak = max(peak, bot.rss_mib)
    return count / (time.perf_counter() - started), peak

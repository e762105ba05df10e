"""Asking the bot as people do, through the local Slack, and counting what it costs the bot's process."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass

from sandbox.slack.server import LocalSlack
from scripts.benches.process import Program
from scripts.benches.scripted import ANSWER, QUESTION

MENTION = "<@UCLOUDOPS>"
PEOPLE = ("UALICE", "UBOB", "UDAN")  # one alone may not have everything that is done at once
QUIET_S = 0.3  # what is left to do after a reply belongs to its question


@dataclass(frozen=True)
class Cost:
    cpu_ms: float
    p50_ms: float


async def asked(slack: LocalSlack, text: str = QUESTION, thread: str = "", person: str = "UALICE") -> float:
    """Milliseconds from the message to the reply in its thread."""
    before = len(slack.replies("COPS", thread)) if thread else 0
    started = time.perf_counter()
    ts = await slack.say(person, "COPS", f"{MENTION} {text}", thread)
    await slack.wait_for(lambda: len(slack.replies("COPS", thread or ts)) > before, 60)
    took = (time.perf_counter() - started) * 1000
    if (said := slack.replies("COPS", thread or ts)[-1]["text"]).startswith(ANSWER):
        return took
    raise SystemExit(f"not what the model said, so nothing is measured: {said[:300]}")


async def commanded(slack: LocalSlack, text: str) -> float:
    before = len(slack.whispers("UALICE"))
    started = time.perf_counter()
    await slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text=text)
    await slack.wait_for(lambda: len(slack.whispers("UALICE")) > before, 30)
    return (time.perf_counter() - started) * 1000


async def questions(
    bot: Program, slack: LocalSlack, count: int, text: str = QUESTION, thread: str = ""
) -> Cost:
    before = bot.cpu
    times = [await asked(slack, text, thread) for _ in range(count)]
    await asyncio.sleep(QUIET_S)
    return Cost((bot.cpu - before) * 1000 / count, statistics.median(times))


async def commands(program: Program, slack: LocalSlack, count: int, text: str) -> Cost:
    before = program.cpu
    times = [await commanded(slack, text) for _ in range(count)]
    return Cost((program.cpu - before) * 1000 / count, statistics.median(times))


async def at_once(bot: Program, slack: LocalSlack, people: int, each: int = 1) -> tuple[float, float]:
    """Questions a second with `people` conversations at once, and the highest memory (MiB) seen meanwhile."""

    async def ask(number: int) -> None:
        for _ in range(each):
            await asked(slack, person=PEOPLE[number % len(PEOPLE)])

    peak = bot.rss_mib
    started = time.perf_counter()
    running = {asyncio.create_task(ask(number)) for number in range(people)}
    while running:
        _, running = await asyncio.wait(running, timeout=0.05)
        peak = max(peak, bot.rss_mib)
    return people * each / (time.perf_counter() - started), peak

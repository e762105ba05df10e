"""More messages than can be answered: how soon those who must wait hear their place in line."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from scripts.benches.questions import MENTION
from scripts.benches.running import BENCH_POLICY, connected, running_bot
from scripts.benches.scripted import QUESTION, two_reads
from tests.journeys.bot_house import house

MESSAGES, SECONDS = 500, 10.0
PEOPLE = ("UALICE", "UBOB", "UDAN")


async def measure(root: Path, scale: float) -> dict[str, float]:
    """A model that takes two seconds a reply: hardly anything is answered while the messages come."""
    root.mkdir()
    seconds = SECONDS * max(scale, 0.3)
    async with (
        ModelServer(two_reads, takes=lambda: 2.0) as model,
        house(root, policy=BENCH_POLICY) as home,
        running_bot(home, model.groq_url),
    ):
        await connected(home.slack)
        said = await _flood(home.slack, int(MESSAGES * max(scale, 0.3)), seconds)
        waited = await _heard(home.slack, said)
    return {
        "overload_messages": len(said),
        "overload_seconds": seconds,
        "overload_excess": len(waited),
        "busy_first_s": round(waited[0], 2),
        "busy_last_s": round(max(waited), 2),
    }


async def _flood(slack: LocalSlack, messages: int, seconds: float) -> dict[str, float]:
    """When each message was said."""
    said: dict[str, float] = {}
    for number in range(messages):
        at = time.time()
        said[await slack.say(PEOPLE[number % 3], "COPS", f"{MENTION} {QUESTION}")] = at
        await asyncio.sleep(seconds / messages)
    return said


async def _heard(slack: LocalSlack, said: dict[str, float]) -> list[float]:
    """How long each who was told waited for that, in the order in which they spoke."""
    await asyncio.sleep(3)
    told = {
        w["thread_ts"]: float(w["ts"])
        for who in PEOPLE
        for w in slack.whispers(who)
        if "I am busy" in w["text"]
    }
    if not told:
        raise SystemExit("nobody was told that the bot is busy")
    return [told[ts] - at for ts, at in said.items() if ts in told]

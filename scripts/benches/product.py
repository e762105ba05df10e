"""P1 to P4, P9, P15: the product beside its floors and the reference stack, in rounds that alternate."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from scripts.benches.commits import commits, forget
from scripts.benches.process import Program
from scripts.benches.questions import QUIET_S, asked, at_once, commanded, commands, questions
from scripts.benches.running import (
    BENCH_POLICY,
    connected,
    running_bot,
    running_echo,
    running_floor,
    running_reference,
)
from scripts.benches.scripted import QUESTION, question, two_reads
from tests.journeys.bot_house import House, house

ROUNDS = 5
COMMAND = "whoami"
CROWD = 32


@dataclass(frozen=True)
class Bench:
    """Everything that is compared, up and warm."""

    home: House
    bot: Program
    floor: Program
    reference: Program
    reference_slack: LocalSlack
    echo: Program
    echo_slack: LocalSlack

    async def round(self, count: int) -> dict[str, float]:
        """Each of them `count` times, so close together that they have the same share of the machine."""
        base = await self.floor.batch(text=QUESTION, count=count, at_once=1)
        reference = await questions(self.reference, self.reference_slack, count)
        found = await questions(self.bot, self.home.slack, count)
        echo = await commands(self.echo, self.echo_slack, count, COMMAND)
        command = await commands(self.bot, self.home.slack, count, COMMAND)
        return {
            "floor_cpu_ms": base["cpu_ms"], "floor_p50_ms": base["p50_ms"],
            "reference_cpu_ms": reference.cpu_ms, "reference_p50_ms": reference.p50_ms,
            "question_cpu_ms": found.cpu_ms, "question_p50_ms": found.p50_ms,
            "echo_cpu_ms": echo.cpu_ms, "echo_p50_ms": echo.p50_ms,
            "command_cpu_ms": command.cpu_ms, "command_p50_ms": command.p50_ms,
        }  # fmt: skip

    async def turns(self, count: int) -> dict[str, float]:
        """What one more turn with two tools costs, here and at the floor: questions with two of them less those with one."""
        floor = [await self.floor.batch(text=question(n), count=count, at_once=1) for n in (1, 2)]
        ours = [await questions(self.bot, self.home.slack, count, question(n)) for n in (1, 2)]
        return {
            "floor_turn_cpu_ms": floor[1]["cpu_ms"] - floor[0]["cpu_ms"],
            "turn_cpu_ms": ours[1].cpu_ms - ours[0].cpu_ms,
        }

    async def crowd(self, each: int) -> dict[str, float]:
        """32 at once, `each` of them asking so often, over connections that are open already."""
        await self.floor.batch(text=QUESTION, count=CROWD, at_once=CROWD)
        floor = await self.floor.batch(text=QUESTION, count=CROWD * each, at_once=CROWD)
        rate, peak = await at_once(self.bot, self.home.slack, CROWD, each)
        return {
            "floor_questions_a_second_at_32": floor["per_s"],
            "questions_a_second_at_32": round(rate, 1),
            "rss_mib_at_32": round(peak, 1),
        }

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
        ModelServer(two_reads) as model,
        house(root, policy=BENCH_POLICY) as home,
        running_bot(home, model.groq_url) as bot,
        running_floor(home, model.groq_url) as floor,
        running_reference(home, model.groq_url) as (reference, reference_slack),
        running_echo(root) as (echo, echo_slack),
    ):
        await connected(home.slack)
        for slack in (home.slack, reference_slack):
            await asked(slack)
        for slack in (home.slack, echo_slack):
            await commanded(slack, COMMAND)
        yield Bench(home, bot, floor, reference, reference_slack, echo, echo_slack)


async def measure(root: Path, scale: float) -> dict[str, float]:
    count = max(int(30 * scale), 3)
    times = ROUNDS if scale >= 1 else 1
    async with bench(root) as stage:
        rounds = [await stage.round(count) for _ in range(times)]
        turns = [await stage.turns(max(count // 2, 3)) for _ in range(times)]
        waits = await stage.commits_a_question()
        crowds = [await stage.crowd(3 if scale >= 1 else 1) for _ in range(2)]
    return {**_medians(rounds), **_medians(turns), "commits_a_question": waits, **_medians(crowds)}


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in found), 2) for name in found[0]}

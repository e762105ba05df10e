"""P8: CPU of a fresh process until a slash command is answered, and until the first answer of a model."""

from __future__ import annotations

import statistics
from pathlib import Path

from sandbox.models.server import ModelServer
from scripts.benches.product import COMMAND
from scripts.benches.questions import asked, commanded
from scripts.benches.running import BENCH_POLICY, connected, running_bot
from scripts.benches.scripted import two_reads
from tests.journeys.bot_house import House, house


async def measure(root: Path, rounds: int) -> dict[str, float]:
    root.mkdir()
    commands, answers = [], []
    async with ModelServer(two_reads) as model, house(root, policy=BENCH_POLICY) as home:
        for _ in range(rounds + 1):
            command, answer = await _one(home, model.groq_url)
            commands.append(command)
            answers.append(answer)
    return {  # the first round migrates the database and compiles the redaction rules: once in a life
        "first_ever_command_cpu_s": round(commands[0], 2),
        "cold_command_cpu_s": round(statistics.median(commands[1:]), 2),
        "cold_answer_cpu_s": round(statistics.median(answers[1:]), 2),
    }


async def _one(home: House, model: str) -> tuple[float, float]:
    async with running_bot(home, model) as bot:
        await connected(home.slack)
        await commanded(home.slack, COMMAND)
        command = bot.cpu
        await asked(home.slack)
        return command, bot.cpu

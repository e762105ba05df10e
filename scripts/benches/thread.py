"""P10 and P11: a thread of sixty questions, what it leaves on the disk and whether its last questions cost more than its first."""

from __future__ import annotations

import statistics
from pathlib import Path

from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from scripts.benches.commits import forget
from scripts.benches.process import Program
from scripts.benches.questions import MENTION, questions
from scripts.benches.running import BENCH_POLICY, connected, running_bot
from scripts.benches.scripted import QUESTION, two_reads
from tests.journeys.bot_house import house

QUESTIONS = 60
AT_AN_END = 10  # questions whose mean is taken at either end: the clock of a process is a coarse one
THREADS = 3


async def measure(root: Path, scale: float) -> dict[str, float]:
    root.mkdir()
    async with (
        ModelServer(two_reads) as model,
        house(root, policy=BENCH_POLICY) as home,
        running_bot(home, model.groq_url) as bot,
    ):
        await connected(home.slack)
        await questions(bot, home.slack, 5)
        before = on_disk(root)
        count = THREADS if scale >= 1 else 1
        ratios = [await _thread(bot, home.slack) for _ in range(count)]
        kib = (on_disk(root) - before) / 1024 / (QUESTIONS * count)
    return {
        "checkpoint_kib_a_question": round(kib, 1),
        "last_by_first_cpu": round(statistics.median(ratios), 2),
    }


def on_disk(root: Path) -> int:
    """What the memory of threads takes. Its write-ahead file, which never grows beyond four megabytes, is emptied into it first."""
    forget(root / "checkpoints.db")
    return (root / "checkpoints.db").stat().st_size


async def _thread(bot: Program, slack: LocalSlack) -> float:
    """CPU of the last ten questions by that of the first ten."""
    thread = await slack.say("UALICE", "COPS", f"{MENTION} {QUESTION}")
    await slack.wait_for(lambda: slack.replies("COPS", thread), 60)
    first = await questions(bot, slack, AT_AN_END, thread=thread)
    await questions(bot, slack, QUESTIONS - 2 * AT_AN_END - 1, thread=thread)
    last = await questions(bot, slack, AT_AN_END, thread=thread)
    return last.cpu_ms / first.cpu_ms

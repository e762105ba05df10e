"""The demo as a new user runs it: seconds until it is ready, until the first answer, and from the approving click to the proof."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import time
from pathlib import Path

PLAYED = re.compile(r"^\d+ +(?P<seconds>\d+\.\d) s +(?P<what>.+)$")
STEPS = {"Alice asks why checkout fails": "demo_answer_s", "Bob clicks Approve": "demo_change_s"}


async def measure(root: Path, rounds: int) -> dict[str, float]:
    """Medians, in seconds. Raises RuntimeError when a demo does not come to its end."""
    root.mkdir()
    found = [await _one(root / str(n)) for n in range(rounds)]
    return {name: round(statistics.median(one[name] for one in found), 1) for name in found[0]}


async def _one(state: Path) -> dict[str, float]:
    began = time.monotonic()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--play", "--headless", "--port", "0", "--state", str(state),
        env={**os.environ, "CI": "true"}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    figures, said = dict[str, float](), list[str]()
    assert child.stdout is not None
    async for raw in child.stdout:
        line = raw.decode().rstrip()
        said.append(line)
        if line.startswith("ready "):
            figures["demo_ready_s"] = time.monotonic() - began
        elif (step := PLAYED.match(line)) and (name := STEPS.get(step["what"])):
            figures[name] = float(step["seconds"])
    if await child.wait() or len(figures) != len(STEPS) + 1:
        raise RuntimeError("the demo did not come to its end:\n" + "\n".join(said[-20:]))
    return figures

"""Programs that are measured: each a process of its own, so that its CPU and memory are its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    process: asyncio.subprocess.Process
    started: float
    greeting: str = ""  # its first line

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far."""
        used = psutil.Process(self.process.pid).cpu_times()
        return used.user + used.system

    @property
    def rss_mib(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1024**2

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()

    @property
    def peak_mib(self) -> float:
        """The most memory that it ever had."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    async def batch(self, **asked: Any) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(asked)}\n".encode())
        answer: dict[str, float] = json.loads(await self.line())
        return answer

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 30)


async def start(arguments: list[str], environment: dict[str, str], *, log: Path) -> Program:
    pipe = asyncio.subprocess.PIPE
    with log.open("w") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=errors
        )
    return Program(process, time.monotonic())


async def start_helper(
    name: str, arguments: dict[str, Any], environment: dict[str, str], log: Path
) -> Program:
    return await start([f"scripts/benches/{name}.py", json.dumps(arguments)], environment, log=log)

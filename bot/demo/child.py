"""A process that the supervisor started: its lines, its end, and how it is stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.demo.options import ROOT

LEASH = ROOT / "bot/demo/leash.py"  # run as a file: it needs nothing of ours, and works in any folder
STOP_S = 20.0  # the bot lets running work end
LINE_LIMIT = 4 * 1024 * 1024


@dataclass
class Child:
    process: asyncio.subprocess.Process
    log: Path

    @classmethod
    async def start(
        cls, module: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, talks: bool = False
    ) -> Child:
        """`python -m MODULE...`. Its stderr goes to `log`; with `talks` its stdout and stdin are ours, else to the log."""
        return await cls.run([sys.executable, "-m", *module], env=env, cwd=cwd, log=log, talks=talks)

    @classmethod
    async def run(
        cls,
        program: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        talks: bool = False,
        user: str = "",
    ) -> Child:
        """Any program; as `user` where one is named."""
        who = ["--as", user] if user else []
        file = await asyncio.to_thread(_appended, log)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(LEASH), *who, *program,
                env=dict(env), cwd=cwd, stderr=file, start_new_session=True, limit=LINE_LIMIT,
                stdin=asyncio.subprocess.PIPE if talks else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if talks else file,
            )  # fmt: skip
        finally:
            file.close()
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    async def lines(self) -> AsyncIterator[str]:
        """What it says on stdout, until it ends."""
        stdout = self.process.stdout
        while stdout is not None and (line := await stdout.readline()):
            yield line.decode("utf-8", "replace")

    async def say(self, line: str) -> None:
        """A line to its stdin; lost when it is gone."""
        stdin = self.process.stdin
        if stdin is None or not self.running:
            return
        try:
            stdin.write(line.encode() + b"\n")
            await stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            return

    async def ended(self) -> int:
        return await self.process.wait()

    def kill(self) -> None:
        """At once, as a crash would."""
        if self.running:
            self.process.kill()

    async def stop(self, seconds: float = STOP_S, how: signal.Signals = signal.SIGTERM) -> None:
        """Asked first, killed when that takes longer than `seconds`."""
        if not self.running:
            return
        self.process.send_signal(how)
        try:
            async with asyncio.timeout(seconds):
                await self.process.wait()
        except TimeoutError:
            self.kill()
            await self.process.wait()

    def last_words(self, count: int = 5) -> str:
        """The end of its log."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-count:])


def _appended(log: Path) -> IO[bytes]:
    return log.open("ab")

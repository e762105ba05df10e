"""The demo's own Redis: in memory alone, on a free port, with a password that nobody else has."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.child import Child
from bot.demo.options import free_port
from bot.demo.workspace import DemoProblem
from bot.settings import child_environment

START_S = 20.0
POLL_S = 0.05
SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
dir {folder}
"""


@dataclass
class Redis:
    """What it holds may be lost at any time; nothing of it is kept over a stop."""

    program: Path
    folder: Path
    log: Path
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    child: Child | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Raises DemoProblem."""
        file = await asyncio.to_thread(self._settings)
        self.child = await Child.run(
            [str(self.program), str(file)], env=child_environment(), cwd=self.folder, log=self.log
        )
        ends = asyncio.get_running_loop().time() + START_S
        while not await self._answers():
            if not self.child.running or asyncio.get_running_loop().time() > ends:
                raise DemoProblem(f"Redis did not start; {self.log} ends with:\n{self.child.last_words()}")
            await asyncio.sleep(POLL_S)

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop()

    def _settings(self) -> Path:
        """A file, because words of a command line can be read by everybody on this machine. Blocking."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "redis.conf"
        file.touch(mode=0o600)
        file.write_text(SETTINGS.format(port=self.port, password=self.password, folder=self.folder))
        return file

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.write(f"AUTH {self.password}\r\nPING\r\n".encode())
        try:
            async with asyncio.timeout(1.0):  # whoever else took the port may say nothing at all
                said = [await reader.readline(), await reader.readline()]
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
        return said == [b"+OK\r\n", b"+PONG\r\n"]

"""The proxy: listens on this machine, sends on to one address, and is as bad as it is told to be."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from sandbox.faults.line import Line
from sandbox.faults.trouble import CLEAN, Trouble

LOOPBACK = "127.0.0.1"


class FaultProxy:
    """Use as an async context manager. `port` stays the same while it comes and goes; `taken` counts connections;
    `target` is where the next one leads.
    """

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        self.target = host, port
        self._lines: dict[asyncio.Task[None], Line] = {}
        self._server: asyncio.Server | None = None
        self.trouble = CLEAN
        self.port = 0
        self.taken = 0

    async def be(self, trouble: Trouble, *, existing: bool = True) -> None:
        """From now on. `existing` false: who is connected keeps the line as it is."""
        self.trouble = trouble
        if trouble.closed:
            self._close()
        elif self._server is None:
            await self._open()
        if existing:
            for line in list(self._lines.values()):
                line.cut() if trouble.closed else line.suffer(trouble)

    def cut(self) -> None:
        """Reset every connection now; new ones are taken."""
        for line in list(self._lines.values()):
            line.cut()

    @property
    def open(self) -> int:
        """Connections that are up."""
        return len(self._lines)

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self.cut()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._take, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """In a task of our own: one that is cancelled would be an error to the streams."""
        self.taken += 1
        line = Line(reader, writer, self.trouble)
        line.task = task = asyncio.create_task(line.run(*self.target), name="fault proxy")
        self._lines[task] = line
        task.add_done_callback(self._lines.pop)

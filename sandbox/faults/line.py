"""One connection through the proxy: two ways, each read as it comes and sent on when the trouble of now allows it."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress

from sandbox.faults.trouble import Trouble

CHUNK = 64 * 1024
WAITING = 256  # chunks on their way; beyond it the sender is held back
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset

Chunks = asyncio.Queue[tuple[float, bytes]]


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trouble: Trouble) -> None:
        self._near = reader, writer
        self._writers = [writer]
        self._trouble = trouble
        self._changed = asyncio.Event()
        self._answered = 0
        self.task: asyncio.Task[None] | None = None

    def suffer(self, trouble: Trouble) -> None:
        """From now on, also for what is on its way but for its delay."""
        self._trouble, self._answered = trouble, 0
        self._changed.set()
        self._changed = asyncio.Event()
        if trouble.cut_after == 0:
            self.cut()

    def cut(self) -> None:
        """Reset both ends."""
        for writer in self._writers:
            _reset(writer)
        if self.task is not None:
            self.task.cancel()

    async def run(self, host: str, port: int) -> None:
        """Until both ends have finished, or it is cut."""
        try:
            await self._passable()
            far = await asyncio.open_connection(host, port)
            self._writers.append(far[1])
            await self._both(far)
        except (OSError, ExceptionGroup):
            for writer in self._writers:
                _reset(writer)
        finally:
            for writer in self._writers:
                writer.close()

    async def _both(self, far: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        asked: Chunks = asyncio.Queue(WAITING)
        answers: Chunks = asyncio.Queue(WAITING)
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._hear(self._near[0], asked))
            ways.create_task(self._say(asked, far[1], counted=False))
            ways.create_task(self._hear(far[0], answers))
            ways.create_task(self._say(answers, self._near[1], counted=True))

    async def _hear(self, reader: asyncio.StreamReader, chunks: Chunks) -> None:
        """An empty chunk is the end."""
        loop = asyncio.get_running_loop()
        while True:
            chunk = await reader.read(CHUNK)
            await chunks.put((loop.time() + self._trouble.delay_s, chunk))
            if not chunk:
                return

    async def _say(self, chunks: Chunks, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, chunk = await chunks.get()
            await asyncio.sleep(due - loop.time())
            await self._passable()
            if not chunk:
                with suppress(OSError):
                    writer.write_eof()
                return
            await self._pass(chunk, writer, counted=counted)

    async def _pass(self, chunk: bytes, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        limit = self._trouble.cut_after if counted else None
        if limit is not None and self._answered + len(chunk) >= limit:
            writer.write(chunk[: limit - self._answered])
            await asyncio.sleep(0)
            self.cut()
        self._answered += len(chunk) if counted else 0
        if self._trouble.rate:
            await asyncio.sleep(len(chunk) / self._trouble.rate)
        writer.write(chunk)
        await writer.drain()

    async def _passable(self) -> None:
        while self._trouble.silent:
            await self._changed.wait()


def _reset(writer: asyncio.StreamWriter) -> None:
    found: socket.socket | None = writer.get_extra_info("socket")
    if found is not None and found.fileno() >= 0:
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()

"""A fault proxy with a loop of its own, for clients that block the one of the test."""

import asyncio
import threading
from contextlib import contextmanager

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import Trouble


class BadLine:
    def __init__(self, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxy = FaultProxy(port)
        self._do(self._proxy.__aenter__())
        self.port = self._proxy.port

    def _do(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def be(self, trouble: Trouble) -> None:
        await asyncio.to_thread(self._do, self._proxy.be(trouble))

    def close(self) -> None:
        self._do(self._proxy.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def bad_line(port: int):
    line = BadLine(port)
    try:
        yield line
    finally:
        line.close()

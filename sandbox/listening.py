"""What every local server does alike: it listens on a port of this machine until it is stopped, and is an async context."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from aiohttp import web

HOST: Final = "127.0.0.1"
CLOSING_S: Final = 0.5  # for requests under way when it is stopped


@dataclass
class Listener:
    """One application on one port; opened again after it was closed, it may have another one."""

    closing_s: float = CLOSING_S
    _runner: web.AppRunner | None = None

    @property
    def is_open(self) -> bool:
        return self._runner is not None

    async def open(self, app: web.Application, port: int = 0, host: str = HOST) -> int:
        """The port: the one asked for, a free one for 0. Raises OSError where it is taken."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=self.closing_s)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        found: int = self._runner.addresses[0][1]
        return found

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


class Running(ABC):
    """Started on entering, stopped on leaving."""

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def stop(self) -> None: ...

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

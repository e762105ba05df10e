"""The one HTTP server of the process; what it answers is registered before it starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

LARGEST = 1024 * 1024  # bytes of a body; Slack's largest payloads are far below


@dataclass
class Web:
    """`port` is the one taken, also when a free one was asked for with 0."""

    port: int = 0
    _routes: list[web.RouteDef] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    def get(self, path: str, handler: Handler) -> None:
        self._routes.append(web.get(path, handler))

    def post(self, path: str, handler: Handler) -> None:
        self._routes.append(web.post(path, handler))

    async def start(self, host: str, port: int) -> None:
        """OSError when the address cannot be taken."""
        app = web.Application(client_max_size=LARGEST)
        app.add_routes(self._routes)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

"""What the process says of itself over HTTP: `/healthz`, `/readyz`, `/metrics`. No data of the tenancy, no secrets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.metrics import READY, exposition
from bot.web import Web
from storage.clock import Clock

VERSION = "0.1.0"

Component = Callable[[], Awaitable[str]]  # "ok", "ok, and more", or what is wrong in a few words


def fine(state: str) -> bool:
    return state == "ok" or state.startswith("ok, ")


@dataclass
class Health:
    """Asks each component; `critical` ones decide about readiness."""

    clock: Clock
    components: dict[str, Component] = field(default_factory=dict)
    critical: frozenset[str] = frozenset({"database", "slack"})

    async def states(self) -> Mapping[str, str]:
        return {name: await check() for name, check in self.components.items()}

    async def report(self) -> Mapping[str, object]:
        states = await self.states()
        bad = {name for name, state in states.items() if not fine(state)}
        status = "down" if bad & self.critical else "degraded" if bad else "ok"
        READY.set(0 if status == "down" else 1)
        return {
            "status": status,
            "timestamp": self.clock.now().isoformat(timespec="seconds"),
            "version": VERSION,
            "components": states,
        }

    def serve(self, server: Web) -> None:
        server.get("/healthz", self._healthz)
        server.get("/readyz", self._readyz)
        server.get("/metrics", self._metrics)

    async def _healthz(self, _: web.Request) -> web.Response:
        """Alive: answers 200 as long as the loop turns, with the state of each component."""
        return web.json_response(await self.report())

    async def _readyz(self, _: web.Request) -> web.Response:
        report = await self.report()
        return web.json_response(report, status=503 if report["status"] == "down" else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        await self.report()
        return web.Response(
            body=exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

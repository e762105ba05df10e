"""A small cloud over a real socket: objects with a version, a size and a readiness, and the ways a cloud can lie."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web


@dataclass
class Thing:
    uid: str
    size: int = 2
    version: int = 1  # moves with every write and every status update
    generation: int = 1  # moves with every change of size
    ready: bool = True
    last_token: str = ""


@dataclass
class Backend:
    """`mode` is how writes behave; `journal`, when set, keeps each accepted write on disk across processes."""

    mode: str = "good"
    things: dict[str, Thing] = field(default_factory=dict)
    writes: list[tuple[str, int, str]] = field(default_factory=list)  # name, size, token
    dry_runs: int = 0
    reads: int = 0
    on_write: object = None  # called before a write is accepted
    unreadable: bool = False
    journal: Path | None = None
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> Backend:
        app = web.Application()
        app.router.add_get("/things/{name}", self._get)
        app.router.add_put("/things/{name}", self._put)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def thing(self, name: str) -> Thing:
        return self.things.setdefault(name, Thing(f"uid-{name}"))

    def status_update(self, name: str) -> None:
        """A new version without any change that a person would call one."""
        self.thing(name).version += 1

    async def _get(self, request: web.Request) -> web.Response:
        self.reads += 1
        if self.unreadable:
            return web.json_response({"error": "away"}, status=503)
        thing = self.thing(request.match_info["name"])
        return web.json_response(
            {
                "uid": thing.uid,
                "size": thing.size,
                "version": thing.version,
                "generation": thing.generation,
                "ready": thing.ready,
                "last_token": thing.last_token,
            }
        )

    async def _put(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        body = await request.json()
        thing = self.thing(name)
        if "dry_run" in request.query:
            self.dry_runs += 1
            if self.mode == "reject_dry_run":
                return web.json_response({"error": "quota exceeded"}, status=422)
            return web.json_response({"ok": True})
        if self.mode in {"refuse", "refuse_next"}:
            return web.json_response({"error": "admission says no"}, status=422)
        if self.mode == "lost":  # the request never arrives anywhere
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        if self.mode == "forbid":
            return web.json_response({"error": "may not"}, status=403)
        if self.mode == "race_spec":  # somebody else's change slips in before the write
            self.mode = "good"
            thing.size, thing.version, thing.generation = 9, thing.version + 1, thing.generation + 1
        if self.mode == "race":  # a status update slips in before the first write only
            self.mode = "good"
            thing.version += 1
        expected = request.headers.get("If-Match")
        if expected is not None and expected != str(thing.version):
            return web.json_response({"error": "conflict"}, status=409)
        await self._accept(name, thing, body["size"], request.headers["Token"])
        if self.mode == "drop":
            self.mode = "good"
            if request.transport is not None:
                request.transport.close()
        return web.json_response({"id": f"req-{len(self.writes)}"})

    async def _accept(self, name: str, thing: Thing, size: int, token: str) -> None:
        mode = self.mode
        if self.on_write is not None:
            await self.on_write(name, token)  # type: ignore[operator]
        self.writes.append((name, size, token))
        if self.journal is not None:
            with self.journal.open("a") as file:
                file.write(json.dumps([name, size, token]) + "\n")
        if mode == "lie":
            return
        before = thing.size
        thing.size, thing.last_token = size, token
        thing.version += 1
        thing.generation += 1
        thing.ready = not (mode == "never_ready" and not token.endswith(":rollback"))
        if mode == "revert":
            asyncio.get_running_loop().call_later(0.15, self._revert, thing, before)

    def _revert(self, thing: Thing, before: int) -> None:
        thing.size = before
        thing.version += 1
        thing.generation += 1

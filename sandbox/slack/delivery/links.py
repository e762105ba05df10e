"""Socket Mode: up to ten links, each envelope to one of them in turn, acks back on any."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiohttp import WSMsgType, web

from sandbox.slack.delivery.transport import Answer, Envelope

MOST: Final = 10
HELD_S: Final = 360  # what Slack says a link lives, about


@dataclass(eq=False)
class Link:
    """`carried`: the events on it that nobody has acknowledged yet."""

    socket: web.WebSocketResponse
    request: web.Request
    number: int
    leaving: bool = False
    sent: int = 0
    carried: set[str] = field(default_factory=set)

    async def send(self, frame: dict[str, Any]) -> bool:
        """False when the link turned out to be gone."""
        try:
            await self.socket.send_str(json.dumps(frame))
        except (ConnectionError, RuntimeError):
            return False
        return True


class Links:
    name = "socket"

    def __init__(self, app_id: str, changed: Callable[[int], None]) -> None:
        self._app_id, self._changed = app_id, changed
        self._links: list[Link] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._turn = 0
        self._count = 0
        self._arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open())

    def ticket(self) -> str:
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=401)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=True, max_msg_size=4 * 1024 * 1024)
        await socket.prepare(request)
        if len(self) >= MOST:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._count += 1
        link = Link(socket, request, self._count)
        await self._serve(link)
        return socket

    async def _serve(self, link: Link) -> None:
        self._links.append(link)
        await link.send(self._hello())
        self._arrived.set()
        self._changed(len(self))
        try:
            async for message in link.socket:
                if message.type is WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            self._links.remove(link)
            self._lost(link)
            self._changed(len(self))

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self),
            "debug_info": {
                "host": "applink-local",
                "build_number": 1,
                "approximate_connection_time": HELD_S,
            },
            "connection_info": {"app_id": self._app_id},
        }

    def _heard(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        waiting = self._waiting.pop(str(frame.get("envelope_id")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(Answer(body=frame.get("payload")))

    def _lost(self, link: Link) -> None:
        """What it carried goes to another one at once. A person's click is not sent twice: it waits for its answer."""
        for key in link.carried:
            waiting = self._waiting.pop(key, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(Answer(error="dispatch_failed"))

    async def deliver(self, envelope: Envelope, seconds: float) -> Answer:
        ends = asyncio.get_running_loop().time() + seconds
        link = await self._one_for(envelope, seconds)
        if link is None:
            return Answer(error="dispatch_failed")
        try:
            async with asyncio.timeout_at(ends):
                return replace(await self._exchange(envelope, link), link=link.number)
        except TimeoutError:
            return Answer(error="operation_timeout" if self._open() else "dispatch_failed", link=link.number)
        finally:
            self._waiting.pop(envelope.id, None)
            link.carried.discard(envelope.id)

    async def _one_for(self, envelope: Envelope, seconds: float) -> Link | None:
        """An event waits for a link to come; a person's click or command does not."""
        if envelope.type != "events_api" and not self._open():
            return None
        try:
            async with asyncio.timeout(seconds):
                while not self._open():
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return None
        return self._next()

    async def _exchange(self, envelope: Envelope, link: Link) -> Answer:
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope.id] = answer
        if envelope.type == "events_api":
            link.carried.add(envelope.id)
        link.sent += 1
        if not await link.send(envelope.frame()):
            return Answer(error="dispatch_failed")
        found: Answer = await answer
        return found

    def _open(self) -> list[Link]:
        return [link for link in self._links if not link.leaving and not link.socket.closed]

    def _next(self) -> Link:
        self._turn += 1
        usable = self._open()
        return usable[self._turn % len(usable)]

    def shares(self) -> list[int]:
        """How many envelopes each open link has had."""
        return [link.sent for link in self._open()]

    async def refresh(self, notice: float) -> int:
        """Ask every link to come back, as Slack does now and then."""
        leaving = self._open()
        for link in leaving:
            await link.send(
                {"type": "disconnect", "reason": "warning", "debug_info": {"host": "applink-local"}}
            )
        await asyncio.sleep(notice)
        for link in leaving:
            link.leaving = True
            frame = {
                "type": "disconnect",
                "reason": "refresh_requested",
                "debug_info": {"host": "applink-local"},
            }
            await link.send(frame)
            await link.socket.close()
        return len(leaving)

    def abort(self) -> int:
        """Reset the connections without a word."""
        links = self._open()
        for link in links:
            link.leaving = True
            if link.request.transport is not None:
                link.request.transport.abort()
        return len(links)

    async def close(self) -> None:
        for link in tuple(self._links):
            link.leaving = True
            await link.socket.close()

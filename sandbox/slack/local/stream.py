"""The page's server-sent events: what that person sees, as it happens."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from sandbox.slack.core.feed import Reader, framed
from sandbox.slack.workspace import Json, Workspace

HEARTBEAT_S: Final = 15.0
HEADERS: Final = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def serve(workspace: Workspace, request: web.Request, bot: Json) -> web.StreamResponse:
    reader = workspace.feed.join(request.query.get("user", ""))
    response = web.StreamResponse(headers=HEADERS)
    try:
        await response.prepare(request)
        await response.write(b"retry: 500\n\n" + framed("bot", bot))
        await _pump(reader, response)
    except ConnectionError:
        pass  # the page was closed
    finally:
        workspace.feed.leave(reader)
    return response


async def _pump(reader: Reader, response: web.StreamResponse) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                notice = await reader.queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if notice is None:
            return
        await response.write(notice.frame)
        if reader.lost and reader.queue.empty():
            return

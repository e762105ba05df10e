"""The addresses that Slack hands out: responses, uploads, and the files themselves."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from sandbox.slack.core.errors import SlackError
from sandbox.slack.responding import respond
from sandbox.slack.workspace import Workspace


class Addresses:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def response(self, request: web.Request) -> web.Response:
        """What the app says to a response address."""
        try:
            origin = self._workspace.responses.use(request.match_info["key"])
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.code}, status=404)
        try:
            respond(self._workspace, origin, _payload(await request.text()))
        except SlackError as error:
            status = 404 if error.code == "message_not_found" else 400
            return web.json_response({"ok": False, "error": error.code, **error.extra}, status=status)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.Response:
        file = self._workspace.files.by_ticket(request.match_info["ticket"])
        if file is None:
            return web.Response(status=404, text="no upload is expected here")
        content = await _bytes(request)
        await asyncio.to_thread(self._workspace.files.receive, file, content)
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.Response:
        """Never shown by the browser as a page of ours: it is somebody's file."""
        file = self._workspace.files.get(request.match_info["key"])
        known = file is not None and file.complete
        content = await asyncio.to_thread(self._workspace.files.content, file) if file and known else None
        if file is None or content is None:
            return web.Response(status=404, text="there is no such file")
        kind = file.as_slack("")["mimetype"]
        image = kind in {"image/png", "image/jpeg", "image/gif"}
        headers = {} if image else {"Content-Disposition": "attachment"}
        return web.Response(
            body=content, content_type=kind if image else "application/octet-stream", headers=headers
        )


def add_routes(app: web.Application, workspace: Workspace) -> None:
    addresses = Addresses(workspace)
    app.router.add_post("/response/{key}", addresses.response)
    app.router.add_post("/upload/{ticket}", addresses.upload)
    app.router.add_get("/files/{key}/{name}", addresses.download)


def _payload(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SlackError("invalid_payload") from error


async def _bytes(request: web.Request) -> bytes:
    """Raw, or the first file of a form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        read = getattr(part, "read", None)
        if read is not None:
            found: bytes = bytes(await read(decode=False))
            return found
    return b""

"""Which path does what, and the two rules for all: a sentence with every refusal, no other site's requests."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from sandbox.slack.core.errors import BadInput
from sandbox.slack.local import clicking, commanding, looking, speaking, steering, submitting
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.workspace import Json, Workspace

Doer = Callable[[Inputs], Awaitable[Json]]
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
POSTS: Final[Mapping[str, Doer]] = {
    "messages": speaking.say,
    "edits": speaking.change,
    "deletions": speaking.delete,
    "reactions": speaking.reaction,
    "channels": speaking.channel,
    "invitations": speaking.invitation,
    "renamings": speaking.renaming,
    "uploads": speaking.upload,
    "commands": commanding.command,
    "clicks": clicking.click,
    "shortcuts": clicking.shortcut,
    "submissions": submitting.submit,
    "home": submitting.home,
    "disconnect": steering.disconnect,
    "faults": steering.fault,
    "limits": steering.limits,
}
GETS: Final[Mapping[str, Doer]] = {
    "messages": looking.messages,
    "ephemerals": looking.ephemerals,
    "views": looking.views,
    "files": looking.files,
    "calls": looking.calls,
    "deliveries": looking.deliveries,
    "faults": looking.faults,
    "prompts": looking.prompts,
    "workspace": looking.overview,
}


def add_routes(app: web.Application, workspace: Workspace) -> None:
    for name, doer in POSTS.items():
        app.router.add_post(f"/local/{name}", posted(workspace, doer))
    for name, doer in GETS.items():
        app.router.add_get(f"/local/{name}", asked(workspace, doer))


def posted(workspace: Workspace, doer: Doer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return await answered(doer, workspace, await read_body(request))

    return handle


def asked(workspace: Workspace, doer: Doer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return await answered(doer, workspace, dict(request.query))

    return handle


async def answered(doer: Doer, workspace: Workspace, values: object) -> web.Response:
    try:
        return web.json_response({"ok": True, **await doer(Inputs(workspace, values))})
    except BadInput as error:
        return web.json_response({"ok": False, "error": str(error)}, status=error.status)


async def read_body(request: web.Request) -> object:
    """The JSON body; None where it is none, which `Inputs` refuses in words."""
    raw = await request.text()
    if not raw.strip():
        return {}
    try:
        return json.loads(raw)
    except ValueError:
        return None


@web.middleware
async def same_site(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A page of another site that a developer has open must not drive this one."""
    if request.path.startswith("/local/"):
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"{request.scheme}://{request.host}":
            return web.json_response({"ok": False, "error": f"not from {origin}"}, status=403)
        if request.url.host not in HERE:  # another site's name, pointed at this machine
            return web.json_response({"ok": False, "error": f"not as {request.host}"}, status=403)
    return await handler(request)

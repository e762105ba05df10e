"""The side of whoever drives: what is served, what was asked, what is to go wrong. Not signed, this machine only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from sandbox.oci.api.front import Front
from sandbox.oci.errors import Refused, bad_parameter

Info = Callable[[], dict[str, Any]]
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_routes(app: web.Application, front: Front, info: Info) -> None:
    async def about(_: web.Request) -> web.Response:
        return web.json_response(info())

    async def calls(request: web.Request) -> web.Response:
        return web.json_response({"calls": front.calls.rows(request.query.get("operation", ""))})

    async def pending(_: web.Request) -> web.Response:
        return web.json_response({"faults": front.faults.pending()})

    async def order(request: web.Request) -> web.Response:
        front.faults.order(await _json(request))
        return web.json_response({"faults": front.faults.pending()})

    async def clear(_: web.Request) -> web.Response:
        front.faults.clear()
        return web.json_response({"faults": []})

    app.router.add_get("/local/info", about)
    app.router.add_get("/local/calls", calls)
    app.router.add_get("/local/faults", pending)
    app.router.add_post("/local/faults", order)
    app.router.add_delete("/local/faults", clear)


@web.middleware
async def own_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page of another site that a developer has open must not drive this one."""
    if not request.path.startswith("/local/"):
        return await handler(request)
    if "Origin" in request.headers or request.url.host not in HERE:
        return _refusal(Refused(403, "Forbidden", "only programs on this machine drive it"))
    try:
        return await handler(request)
    except Refused as refused:
        return _refusal(refused)


def _refusal(refused: Refused) -> web.Response:
    return web.json_response({"code": refused.code, "message": refused.message}, status=refused.status)


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except json.JSONDecodeError:
        raise bad_parameter("the body is a JSON object") from None

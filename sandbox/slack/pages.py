"""The page's own files, with a policy that lets nothing else run, load or be sent anywhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "page"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
KINDS: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".txt": "text/plain",
}


async def page(request: web.Request) -> web.Response:
    """A file below `page/`; `/` is its index."""
    wanted = (FOLDER / (request.match_info.get("path") or "index.html")).resolve()
    kind = KINDS.get(wanted.suffix)
    if not wanted.is_relative_to(FOLDER) or kind is None or not wanted.is_file():
        return web.Response(status=404, text="There is no such page.\n")
    return web.Response(
        body=wanted.read_bytes(), content_type=kind, charset="utf-8" if "png" not in kind else None
    )


@web.middleware
async def guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
    return response

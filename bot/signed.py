"""Signed HTTP: `POST /slack/events` takes events, commands and clicks that carry Slack's v0 signature over the raw body.

There is no replay cache: whatever comes twice claims the same duplicate keys before anything is done.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from aiohttp import web
from pydantic import SecretStr
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.metrics import RETRIES
from bot.payload import read
from bot.web import Web

PATH: Final = "/slack/events"
FINISH_S: Final = 3.0  # Slack waits no longer for an acknowledgement
LONGEST_STAMP: Final = 12  # digits of a time
REASONS: Final = frozenset(
    {"http_timeout", "http_error", "connection_failed", "ssl_error", "too_many_redirects"}
)


@dataclass
class SignedHttp:
    """Answers 503 before `connect` and after `close`, so that Slack delivers again, perhaps to another process."""

    server: Web
    secret: SecretStr
    _app: AsyncApp | None = None
    _open: set[asyncio.Task[BoltResponse]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.server.post(PATH, self._take)

    async def connect(self, app: AsyncApp) -> None:
        self._app = app

    async def state(self) -> str:
        return "ok" if self._app else "not connected"

    async def close(self) -> None:
        """What was begun is acknowledged still."""
        self._app = None
        if self._open:
            await asyncio.wait(self._open, timeout=FINISH_S)

    async def _take(self, request: web.Request) -> web.Response:
        if self._app is None:
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            text = (await request.read()).decode()
        except (UnicodeDecodeError, ConnectionError):
            return _plain(HTTPStatus.BAD_REQUEST)
        if not self._is_signed(text, request):
            return _plain(HTTPStatus.UNAUTHORIZED)
        _count_retry(request)
        body = read(text, request.content_type)
        if body is None:
            return _plain(HTTPStatus.BAD_REQUEST)
        said = AsyncBoltRequest(
            body=dict(body), mode="socket_mode"
        )  # as if from there: signed, and an object
        return await to_aiohttp_response(await self._dispatched(self._app, said))

    def _is_signed(self, body: str, request: web.Request) -> bool:
        """Looked at before anything of the body is read; bolt's own check comes after it has parsed."""
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (
            signature.isascii() and stamp.isascii() and stamp.isdecimal() and len(stamp) <= LONGEST_STAMP
        ):
            return False
        return SignatureVerifier(self.secret.get_secret_value()).is_valid(body, stamp, signature)

    async def _dispatched(self, app: AsyncApp, said: AsyncBoltRequest) -> BoltResponse:
        task = asyncio.create_task(app.async_dispatch(said))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return await task


def _plain(status: HTTPStatus) -> web.Response:
    return web.Response(status=status, text=status.phrase)


def _count_retry(request: web.Request) -> None:
    if "X-Slack-Retry-Num" in request.headers:
        reason = request.headers.get("X-Slack-Retry-Reason", "")
        RETRIES.labels(reason if reason in REASONS else "other").inc()

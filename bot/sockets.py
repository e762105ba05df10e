"""Socket Mode: two connections, so that one may be refreshed while the other hears."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.core import CannotStart
from bot.settings import Settings
from bot.slackclient import AWAY

CONNECTIONS = 2
PING_S = 3.0  # so often it is looked whether a connection is up: reconnected within five seconds
HEARTBEAT_S = 10.0  # a pong may take half of it; half of PING_S cut off a busy bot, and a click that is lost with it nobody sends again
log = structlog.get_logger(__name__)


class Calm:
    """The library's HTTP session, as far as it is used: it would have a pong within half of the time between two looks."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._session.close()

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        link: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(
            url, **{**options, "heartbeat": HEARTBEAT_S}
        )
        return link


class Client(SocketModeClient):
    """Each delivery begins as it comes: the library's own queue costs two turns of a busy loop, and Slack waits for the ack."""

    def __init__(self, token: str, app: AsyncApp) -> None:
        super().__init__(token, logger=app.logger, web_client=app.client, ping_interval=PING_S)
        self.aiohttp_client_session = Calm(self.aiohttp_client_session)  # type: ignore[assignment]  # as far as it is used
        self._under_way: set[asyncio.Task[None]] = set()

    async def enqueue_message(self, message: str) -> None:
        work = asyncio.create_task(self._hear(message), name="delivery")
        self._under_way.add(work)
        work.add_done_callback(self._under_way.discard)

    async def _hear(self, message: str) -> None:
        try:
            found = json.loads(message)
        except ValueError:  # "ping", and whatever else is not meant for us
            found = {}
        await self.run_message_listeners(found if isinstance(found, dict) else {}, message)


class Handler(AsyncSocketModeHandler):
    """Bolt's, with that client."""

    def __init__(self, app: AsyncApp, token: str) -> None:
        self.app, self.app_token = app, token
        self.client = Client(token, app)
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as bolt does


@dataclass
class Sockets:
    settings: Settings
    handlers: list[AsyncSocketModeHandler] = field(default_factory=list)

    async def connect(self, app: AsyncApp) -> None:
        """Raises CannotStart when Slack does not accept the app token."""
        token = self.settings.slack_app_token
        if token is None:
            raise CannotStart("SLACK_APP_TOKEN: missing")
        for _ in range(CONNECTIONS):
            handler = Handler(app, token.get_secret_value())
            self.handlers.append(handler)
            try:
                await handler.connect_async()  # type: ignore[no-untyped-call]
            except SlackApiError as error:
                raise CannotStart(f"SLACK_APP_TOKEN: Slack says {error.response.get('error')}") from error
            except AWAY as error:
                raise CannotStart(f"SLACK_API_URL: cannot be reached ({type(error).__name__})") from error

    async def state(self) -> str:
        up = [await handler.client.is_connected() for handler in self.handlers]
        return "ok" if any(up) else "not connected"

    async def close(self) -> None:
        for handler in self.handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]

"""Socket Mode: two connections, so that one may be refreshed while the other hears."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.core import CannotStart
from bot.outgoing import AWAY
from bot.settings import Settings

CONNECTIONS = 2
PING_S = 5.0
log = structlog.get_logger(__name__)


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
            handler = AsyncSocketModeHandler(app, token.get_secret_value(), ping_interval=PING_S)
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

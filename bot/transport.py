"""How Slack's deliveries reach us: Socket Mode or signed HTTP, the same app behind both."""

from __future__ import annotations

from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.core import CannotStart
from bot.settings import Settings
from bot.signed import SignedHttp
from bot.sockets import Sockets
from bot.web import Web


class Transport(Protocol):
    async def connect(self, app: AsyncApp) -> None:
        """From here on deliveries are taken. Raises CannotStart."""
        ...

    async def state(self) -> str:
        """`ok`, or what is wrong in a few words."""
        ...

    async def close(self) -> None:
        """No more deliveries: what is not acknowledged goes to another process or comes again."""
        ...


def transport(settings: Settings, web: Web) -> Transport:
    """By `SLACK_MODE`; before `web` starts. Raises CannotStart."""
    if settings.slack_mode == "socket":
        return Sockets(settings)
    if settings.slack_signing_secret is None:
        raise CannotStart("SLACK_SIGNING_SECRET: missing")
    return SignedHttp(web, settings.slack_signing_secret)

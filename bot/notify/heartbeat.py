"""A sign of life to the outside: who watches that address hears when the bot is gone or cannot work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp
import structlog

from bot.metrics import HEARTBEATS

EVERY_S = 60.0
SECONDS = 10.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Heartbeat:
    """`report` is what `/readyz` answers. The address may be a secret: it is not logged."""

    http: aiohttp.ClientSession
    address: str
    report: Callable[[], Awaitable[Mapping[str, object]]]

    async def beat(self) -> None:
        """Once a minute; silent while the process is not ready."""
        if (await self.report())["status"] == "down":
            HEARTBEATS.labels("held back").inc()
            return
        try:
            async with self.http.get(
                self.address, timeout=aiohttp.ClientTimeout(total=SECONDS), allow_redirects=False
            ) as answer:
                fine = answer.status < 300
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.warning("heartbeat_not_heard", reason=type(error).__name__)
            fine = False
        HEARTBEATS.labels("heard" if fine else "not heard").inc()

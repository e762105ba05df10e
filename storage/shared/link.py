"""The line to Redis. After a failure nobody waits for it again: it is looked after in the background until it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")
ANSWER_S = 0.5
CONNECTIONS = 32
LOOK_AGAIN_S = 1.0
AWAY = (RedisError, OSError, TimeoutError)
log = logging.getLogger("storage.shared")


class Away(Exception):
    """Redis is not there; do without."""


class Link:
    """`on_return` runs before Redis is used again."""

    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            timeout=ANSWER_S,
            socket_timeout=ANSWER_S,
            socket_connect_timeout=ANSWER_S,
            max_connections=CONNECTIONS,
            retry=Retry(NoBackoff(), 0),
            client_name="cloudops",
        )
        self._redis: Redis = Redis.from_pool(pool)  # fmt: skip
        self.on_return: list[Callable[[Redis], Awaitable[None]]] = []
        self._looking: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        return self._looking is None

    async def ask(self, what: Callable[[Redis], Awaitable[T]]) -> T:
        """Raises Away, at once while it is known to be."""
        if not self.up:
            raise Away
        try:
            return await what(self._redis)
        except AWAY as error:
            self._lost(error)
            raise Away from error

    def _lost(self, error: BaseException) -> None:
        if self._looking is None:
            log.warning("redis_away %s", type(error).__name__)
            self._looking = asyncio.create_task(self._look(), name="redis")

    async def _look(self) -> None:
        while True:
            if await self._back():
                break
            await asyncio.sleep(LOOK_AGAIN_S)
        self._looking = None
        log.warning("redis_back")

    async def _back(self) -> bool:
        try:
            await self._redis.connection_pool.disconnect(inuse_connections=False)
            await self._redis.ping()
            for catch_up in self.on_return:
                await catch_up(self._redis)
        except AWAY:
            return False
        return True

    async def state(self) -> str:
        with suppress(Away):
            await self.ask(_ping)
            return "ok"
        return "Redis is away: cache, limits and locks are kept in this process"

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        await self._redis.aclose()


async def _ping(redis: Redis) -> Any:
    return await redis.ping()

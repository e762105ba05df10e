"""The cache. A miss is loaded once however many ask at the same time; an error is never kept.

A key holds whose rights the value was read with, so that nobody is served what they could not read themselves. Where values
lie is a shelf's business: in this process (storage/shelves.py) or in Redis (storage/shared).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from storage.shelves import AS_JSON, CacheKey, Codec, Fence, Here, Shelf

__all__ = ["AS_JSON", "LIFETIMES_S", "Cache", "CacheKey", "Codec"]

LIFETIMES_S: Final = {
    "model_answer": 3_600,
    "resource_metric": 300,
    "person": 86_400,
    "roles": 60,
    "active_alarms": 600,
    "cost": 3_600,
}


class Cache:
    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Here()
        self._loading: dict[CacheKey, asyncio.Future[Any]] = {}

    async def get(self, key: CacheKey, codec: Codec[Any] = AS_JSON) -> Any | None:
        return (await self._shelf.look(key, codec))[0]

    async def put(self, key: CacheKey, value: Any, seconds: float, codec: Codec[Any] = AS_JSON) -> None:
        """What is known without having been read before."""
        _, fence = await self._shelf.look(key, codec)
        await self._shelf.keep(key, value, seconds, fence, codec)

    async def get_or(
        self,
        key: CacheKey,
        seconds: float,
        load: Callable[[], Awaitable[Any]],
        codec: Codec[Any] = AS_JSON,
    ) -> Any:
        """The kept value, or what `load` returns, kept for `seconds`. An error of `load` reaches only whoever ran it."""
        while True:
            other = self._loading.get(key)
            if other is not None:
                await asyncio.wait({other})
            found, fence = await self._shelf.look(key, codec)
            if found is not None:
                return found
            if key not in self._loading:
                return await self._load(key, seconds, load, (fence, codec))

    async def _load(
        self,
        key: CacheKey,
        seconds: float,
        load: Callable[[], Awaitable[Any]],
        how: tuple[Fence, Codec[Any]],
    ) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._loading[key] = done
        try:
            value = await load()
            await self._shelf.keep(key, value, seconds, *how)
            return value
        finally:
            del self._loading[key]
            done.set_result(None)

    async def forget(self, workspace: str, kind: str = "", place: str = "") -> None:
        """What a change of ours may have made untrue, also where it is being read right now. Empty: all of them."""
        await self._shelf.forget(workspace, kind, place)

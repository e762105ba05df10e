"""Limits that count for all processes together; while Redis is away, for each its own, and stricter."""

from __future__ import annotations

from redis.asyncio import Redis

from storage.limits import Limits, LimitsHere
from storage.shared.link import Away, Link
from storage.shared.shelf import PREFIX

# storage.limits.step, by the clock of Redis: one clock for all. Times in microseconds.
TAKE = """
local t = redis.call('TIME')
local now, span, each = t[1] * 1000000 + t[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + each
if full - now > span then return full - now - span end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return 0
"""
MICRO = 1_000_000


class SharedLimits:
    def __init__(self, link: Link, here: Limits | None = None) -> None:
        self._link = link
        self._here = here or LimitsHere()

    async def take(self, name: str, most: int, seconds: float) -> float:
        span = round(seconds * MICRO)

        async def ask(redis: Redis) -> int:
            return int(await redis.eval(TAKE, 1, f"{PREFIX}:limit:{name}", str(span), str(span // most)))

        try:
            return await self._link.ask(ask) / MICRO
        except Away:
            return await self._here.take(name, max(1, most // 2), seconds)

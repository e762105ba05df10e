"""Limits that count for all processes together; while Redis is away, for each its own, and stricter."""

from __future__ import annotations

from redis.asyncio import Redis

from storage.limits import Limits, LimitsHere
from storage.shared.link import Away, Link
from storage.shared.shelf import PREFIX

# storage.limits.step and charged, by the clock of Redis: one clock for all. Times in microseconds.
COUNT = """
local t = redis.call('TIME')
local now, span, more = t[1] * 1000000 + t[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + more
local wait = math.max(0, full - now - span)
if more > 0 and (wait == 0 or ARGV[3] == 'charge') then
  redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
end
return wait
"""
MICRO = 1_000_000


class SharedLimits:
    def __init__(self, link: Link, here: Limits | None = None) -> None:
        self._link = link
        self._here = here or LimitsHere()

    async def take(self, name: str, most: int, seconds: float) -> float:
        try:
            return await self._count(name, most, seconds, 1, "take")
        except Away:
            return await self._here.take(name, max(1, most // 2), seconds)

    async def charge(self, name: str, most: int, seconds: float, amount: int) -> float:
        try:
            return await self._count(name, most, seconds, amount, "charge")
        except Away:
            return await self._here.charge(name, max(1, most // 2), seconds, amount)

    async def _count(self, name: str, most: int, seconds: float, amount: int, how: str) -> float:
        span = round(seconds * MICRO)
        said = (str(span), str(span * amount // most), how)

        async def ask(redis: Redis) -> int:
            return int(await redis.eval(COUNT, 1, f"{PREFIX}:limit:{name}", *said))

        return await self._link.ask(ask) / MICRO

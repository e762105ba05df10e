"""Locks among all processes; while Redis is away, in each its own."""

from __future__ import annotations

from redis.asyncio import Redis

from storage.ids import new_id
from storage.locks import Locks, LocksHere
from storage.shared.link import Away, Link
from storage.shared.shelf import PREFIX

RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class SharedLocks:
    def __init__(self, link: Link, here: Locks | None = None) -> None:
        self._link = link
        self._here = here or LocksHere()

    async def take(self, name: str, seconds: float) -> str:
        proof = new_id()

        async def ask(redis: Redis) -> bool:
            return bool(await redis.set(_key(name), proof, nx=True, px=max(1, round(seconds * 1000))))

        try:
            return proof if await self._link.ask(ask) else ""
        except Away:
            return await self._here.take(name, seconds)

    async def release(self, name: str, proof: str) -> bool:
        async def ask(redis: Redis) -> bool:
            return bool(await redis.eval(RELEASE, 1, _key(name), proof))

        if await self._here.release(name, proof):
            return True
        try:
            return await self._link.ask(ask)
        except Away:
            return False


def _key(name: str) -> str:
    return f"{PREFIX}:lock:{name}"

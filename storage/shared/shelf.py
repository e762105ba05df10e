"""Cached values in Redis, and in this process while Redis is away.

A value lies there with the marks it was read under (storage/shelves.py). Marks are random and one of them is Redis' own: after
a restart that lost them, no older value fits any more.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from storage.shared.link import Away, Link
from storage.shelves import CacheKey, Codec, Fence, Here, Reach, reaches_of

PREFIX = "cloudops"
EPOCH = f"{PREFIX}:epoch"
MARKS_S = 7 * 86_400  # longer than any value lives
ALONE_S = 60.0  # how long a value lives in this process: others cannot tell us to forget it
HERE = "here"
SPLIT = b"\n"


class SharedShelf:
    def __init__(self, link: Link, here: Here | None = None) -> None:
        self._link = link
        self._here = here or Here()
        self._untold: list[Reach] = []
        self._caught_up = asyncio.Event()  # cleared while Redis, just back, is told what it missed
        self._caught_up.set()
        link.on_return.append(self._catch_up)

    async def look(self, key: CacheKey, codec: Codec[Any]) -> tuple[Any | None, Fence]:
        names = [name_of(key), EPOCH, *map(mark_of, reaches_of(key))]
        try:
            kept, *marks = map(_plain, await self._link.ask(lambda redis: redis.mget(names)))
            if marks[0] is None:
                marks[0] = await self._link.ask(_new_epoch)
        except Away:
            found, fence = await self._here.look(key, codec)
            return found, (HERE, *fence)
        fence = tuple((mark or b"-").decode() for mark in marks)
        return _read(kept, fence, codec), fence

    async def keep(self, key: CacheKey, value: Any, seconds: float, fence: Fence, codec: Codec[Any]) -> None:
        if fence[0] == HERE:
            if not self._link.up:
                await self._here.keep(key, value, min(seconds, ALONE_S), fence[1:], codec)
            return
        body = SPLIT.join([*(mark.encode() for mark in fence), codec.write(value)])
        try:
            await self._link.ask(
                lambda redis: redis.set(name_of(key), body, px=max(1, round(seconds * 1000)))
            )
        except Away:
            return

    async def forget(self, workspace: str, kind: str, place: str) -> None:
        """What Redis cannot be told now it is told before it is asked again."""
        reach = (workspace, kind, place)
        await self._here.forget(*reach)
        await self._caught_up.wait()
        try:
            await self._link.ask(lambda redis: _move(redis, [reach]))
        except Away:
            self._untold.append(reach)

    async def _catch_up(self, redis: Redis) -> None:
        """Whoever begins to forget meanwhile waits, so that it ends however many do."""
        self._caught_up.clear()
        try:
            while self._untold:  # also what was under way when Redis went
                told = len(self._untold)
                await _move(redis, list(dict.fromkeys(self._untold)))
                del self._untold[:told]
            self._here.clear()
        finally:
            self._caught_up.set()


def name_of(key: CacheKey) -> str:
    """The family stays readable; what is asked for does not matter to whoever looks into Redis."""
    rest = hashlib.sha256(f"{key.scope}\0{key.args}\0{key.place}".encode()).hexdigest()[:32]
    return f"{PREFIX}:cache:{key.workspace}:{key.kind}:{rest}"


def mark_of(reach: Reach) -> str:
    return ":".join((PREFIX, "mark", *reach))


def _read(kept: bytes | None, fence: Fence, codec: Codec[Any]) -> Any | None:
    if kept is None:
        return None
    *marks, body = kept.split(SPLIT, len(fence))
    if tuple(mark.decode("utf-8", "replace") for mark in marks) != fence:
        return None
    try:
        return codec.read(body)
    except ValueError:
        return None


async def _move(redis: Redis, reaches: Sequence[Reach]) -> None:
    for reach in reaches:
        await redis.set(mark_of(reach), secrets.token_hex(8), ex=MARKS_S)


async def _new_epoch(redis: Redis) -> bytes:
    """The first who finds none makes it for all."""
    await redis.set(EPOCH, secrets.token_hex(8), nx=True)
    return _plain(await redis.get(EPOCH)) or b"-"


def _plain(found: bytes | str | None) -> bytes | None:
    """The client's types allow for texts, which we never ask for."""
    return found.encode() if isinstance(found, str) else found

"""Locks that spare work: two who would do the same. What must not happen twice is decided by the database."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from storage.ids import new_id


class Locks(Protocol):
    async def take(self, name: str, seconds: float) -> str:
        """What proves that it is ours, for `seconds` at most; empty while somebody else has it."""

    async def release(self, name: str, proof: str) -> bool:
        """False when it was not ours any more."""


@asynccontextmanager
async def held(locks: Locks, name: str, seconds: float) -> AsyncIterator[bool]:
    """Whether it is ours."""
    proof = await locks.take(name, seconds)
    try:
        yield bool(proof)
    finally:
        if proof:
            await locks.release(name, proof)


class LocksHere:
    """In this process. `now` counts seconds and never goes back."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: dict[str, tuple[str, float]] = {}

    async def take(self, name: str, seconds: float) -> str:
        now = self._now()
        self._held = {key: kept for key, kept in self._held.items() if kept[1] > now}
        if name in self._held:
            return ""
        proof = new_id()
        self._held[name] = (proof, now + seconds)
        return proof

    async def release(self, name: str, proof: str) -> bool:
        kept = self._held.get(name)
        if kept is None or kept[0] != proof or kept[1] <= self._now():
            return False
        del self._held[name]
        return True

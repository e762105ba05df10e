"""A place among a few that work at the same time, which whoever takes long gives to the next and goes on without."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def lent(room: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
    """Until it ends, or for so long: what hangs must not hold up what would be done at once."""
    await room.acquire()
    held = True

    def give_back() -> None:
        nonlocal held
        if held:
            held = False
            room.release()

    early = asyncio.get_running_loop().call_later(seconds, give_back)
    try:
        yield
    finally:
        early.cancel()
        give_back()

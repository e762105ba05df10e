"""Work that a timer starts again and again: the timer outlives whatever one time runs into."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def outlived(work: Callable[[], Awaitable[None]]) -> BaseException | None:
    """What `work` failed with, None when it ended well; only a cancellation of the caller passes through."""
    task = asyncio.ensure_future(work())
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        raise
    return None if task.cancelled() else task.exception()

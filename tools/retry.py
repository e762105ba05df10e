"""Retries of reads, in one place: few, spaced, within the deadline. Writes never come here."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tools.errors import TryLater

T = TypeVar("T")
ATTEMPTS = 3
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0  # a person is waiting: beyond it "try again later" is the better answer


async def retry_read(fn: Callable[[], Awaitable[T]], ends: float) -> T:
    """Await `fn()` up to three times while it raises `TryLater` and loop time `ends` is not near.

    `retry_after` of the error is honoured; when it is long, or points beyond `ends`, the error is raised at once.
    """
    loop = asyncio.get_running_loop()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await fn()
        except TryLater as error:
            pause = error.retry_after or FIRST_PAUSE_S * 3 ** (attempt - 1) * random.uniform(0.5, 1.5)
            if attempt == ATTEMPTS or pause > LONGEST_PAUSE_S or loop.time() + pause >= ends:
                raise
            await asyncio.sleep(pause)
    raise AssertionError("unreachable")  # pragma: no cover

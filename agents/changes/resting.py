"""Reading a target that is not at rest: controllers write their counts into what a plan was just reading."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tools.cluster.answers import Conflict
from tools.plan import Draft

TRIES: Final = 4
PAUSE_S: Final = 0.2


async def at_rest(plan: Callable[[], Awaitable[Draft]]) -> Draft:
    """The server asks to read again what changed since it was read; people need not hear of it. Raises what `plan` raises."""
    for _ in range(TRIES - 1):
        try:
            return await plan()
        except Conflict:
            await asyncio.sleep(PAUSE_S)
    return await plan()

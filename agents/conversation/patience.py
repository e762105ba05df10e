"""A model that lets people wait: they are told before they wonder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from agents.outcomes import Progress

PATIENCE_S = 6.0
SLOW = "waits for the model, which is slow; if it stays silent I go on without it…"


@asynccontextmanager
async def patient(progress: Progress) -> AsyncIterator[None]:
    """Around a call of a model: named as slow while it lasts longer than people like to wait."""
    told = asyncio.create_task(_told(progress))
    try:
        yield
    finally:
        told.cancel()
        with suppress(asyncio.CancelledError):
            await told


async def _told(progress: Progress) -> None:
    await asyncio.sleep(PATIENCE_S)
    await progress.step(SLOW)
    try:
        await asyncio.Event().wait()
    finally:
        await progress.ended(SLOW, well=True)

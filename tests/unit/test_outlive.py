"""A timer and the work that it starts again and again."""

import asyncio

import pytest

from agents.outlive import outlived


async def fails():
    raise AttributeError("of a library")


async def test_what_one_time_runs_into_is_told_and_not_raised():
    assert isinstance(await outlived(fails), AttributeError)
    assert await outlived(ends) is None


async def ends():
    await asyncio.sleep(0)


async def test_who_is_cancelled_takes_the_work_along():
    begun, ended = asyncio.Event(), asyncio.Event()

    async def works():
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    timer = asyncio.create_task(outlived(works))
    await begun.wait()
    timer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await timer
    await asyncio.wait_for(ended.wait(), 2)

"""Digests whose reads hang: they give their places to the others, and are told without what did not answer."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.digests import AT_ONCE, Digests
from bot.outgoing import Outgoing
from storage.digests import DigestRow
from tests.journeys.bot_house import house

AWAY_FROM_THE_BOT = "TDIGESTS"  # that runs in the house
pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def mute():
    """A server that takes every call and answers none: its address, and who called."""
    callers = []

    async def taken(reader, writer):
        callers.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", callers
    finally:
        for writer in callers:
            writer.transport.abort()
        server.close()


async def add(place, digest, kind):
    db, past = place.bot.core.db, place.bot.core.clock.now() - timedelta(hours=2)
    row = DigestRow(digest, AWAY_FROM_THE_BOT, "COPS", kind, "0 * * * *", "UTC", "TLOCAL:UALICE", past, past)
    await db.write_whole(lambda tx: db.digests.add(tx, row))


def posted(place, words):
    return [m for m in place.slack.workspace.messages.all("COPS") if words in m["text"]]


async def test_as_many_as_there_are_places_hang_and_another_one_is_posted_all_the_same(tmp_path):
    async with mute() as (address, callers), house(tmp_path) as place, place.open(alertmanager_url=address):
        wired = place.bot.wired
        core = place.bot.core
        outgoing = Outgoing(wired.outgoing.client, core.db, AWAY_FROM_THE_BOT, core.lease)
        for n in range(AT_ONCE):
            await add(place, f"dig_{n}", "operations")
        await add(place, "dig_last", "handover")
        mine = Digests(core, outgoing, wired.digests.directory, wired.digests.out, held_s=0.1)
        tasks = await mine.begin()
        async with asyncio.timeout(30):
            while not posted(place, "On-call hand-over"):  # noqa: ASYNC110  the local Slack tells nobody
                await asyncio.sleep(0.05)
        assert len(callers) >= 1
        hanging = [one for one in tasks if not one.done() and one.get_name() != "digest dig_last"]
        assert len(hanging) == AT_ONCE, "it was posted once one of them had ended"
        mine.stop()
        await asyncio.gather(*tasks, return_exceptions=True)

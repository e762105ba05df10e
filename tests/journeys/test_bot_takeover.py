"""What is done about a process that is gone: at once what must be, and beside it, as slow as Slack is, what Slack shows."""

import asyncio
import time

from bot.background import Background
from bot.lease import Taken
from storage.audit.events import EventType
from tests.journeys.bot_house import house

SLOW_S = 2
TAKEN = Taken(messages=1, dead=("w_killed",))


def planned(db):
    """A message that the dead one did not send."""
    return db.write_whole(
        lambda tx: db.outbox.plan(
            tx, key="left", workspace="TLOCAL", channel="COPS", thread="", kind="card", body={"text": "left behind"}
        )
    )  # fmt: skip


async def kills(db):
    return await db.read_whole(lambda tx: db.audit.find(tx, kind=EventType.PROCESS_KILLED))


async def test_a_slow_slack_holds_up_no_look_and_what_is_found_twice_is_recorded_once(tmp_path):
    async with house(tmp_path) as place, place.open() as bot:
        db, background = bot.core.db, Background(bot.core, bot.wired, bot.agents)
        background.start()
        await planned(db)
        await place.slack.do("faults", method="chat.postMessage", delay_ms=1000 * SLOW_S, times=9)
        began = time.perf_counter()
        for _ in range(2):  # again, as after an error in the middle
            await background.found(TAKEN)
        assert time.perf_counter() - began < SLOW_S / 2
        assert len(await kills(db)) == 1

        def told():
            return [m for m in place.slack.workspace.messages.all("COPS") if m["text"] == "left behind"]

        assert not told()
        await place.slack.wait_for(told, 3 * SLOW_S)
        await asyncio.sleep(SLOW_S)
        assert len(told()) == 1
        background.stop()
        await asyncio.gather(*background.tasks, return_exceptions=True)

"""Channels of incidents that were made, renamed or left to the bot while it was not there; and one whose incident is told elsewhere."""

import asyncio
import time
from datetime import timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from bot.roomlines import RoomLines
from sandbox.slack.channelling import rename
from tests.journeys.bot_house import SERVICES, house, texts_of
from tests.journeys.test_rooms import POLICY, cards, made, row_of, said, seen, told

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
ELSEWHERE = POLICY.replace("  CAUDIT:", "  CDEV: {incidents: true}\n  CAUDIT:")
PAYMENTS = """
  payments:
    workloads: [{cluster: local, namespace: shop, kind: deployment, name: cart}]
    channel: CDEV
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=ELSEWHERE) as found:
        (found.root / "services.yaml").write_text(SERVICES + PAYMENTS)
        yield found


def channel(home, key):
    return home.slack.workspace.channels.get(key)


async def private(home, name):
    found = await home.slack.do("channels", user="UALICE", name=name, private=True)
    key = found["channel"]["id"]
    await home.slack.do("invitations", user="UALICE", channel=key, invited="UCLOUDOPS")
    return key


async def test_what_was_made_while_nobody_was_there_is_found_at_the_start_and_no_more_than_that(home):
    async with home.open():
        kicked = await made(home, "inc-kicked")
        await seen(home, kicked, "name fits")
        channel(home, kicked).members.remove("UCLOUDOPS")
        await home.slack.say("UBOB", kicked, "it is checkout")
        db = home.bot.core.db
        await db.write_whole(lambda tx: db.rooms.change(tx, f"TLOCAL:{kicked}", state="shut"))
        talk = await private(home, "talk")
        await asyncio.sleep(1)
    new, shared, old = [await made(home, name) for name in ("inc-new", "inc-shared", "inc-old")]
    other, hidden = await made(home, "holidays"), await private(home, "inc-hidden")
    channel(home, shared).is_ext_shared = True
    channel(home, old).created = int(time.time()) - 90_000
    rename(home.slack.workspace, channel(home, talk), "inc-talk")
    before = len(await home.calls("conversations.list"))
    await home.slack.workspace.courier.stop()  # Slack gives up on what nobody hears
    async with home.open():
        for key in (new, hidden, talk):
            await seen(home, key, "name fits `inc-*`", 30)
        assert [said(home, key) for key in (shared, old, other)] == [[], [], []]
        assert (await row_of(home, kicked)).state == "shut"
        assert "UCLOUDOPS" not in channel(home, kicked).members
        await asyncio.sleep(6)
        assert len(await home.calls("conversations.list")) - before == 2  # two kinds, once a start


async def test_a_private_channel_that_is_renamed_comes_in(home):
    async with home.open() as bot:
        bot.wired.missed.due = bot.core.clock.now() + timedelta(hours=1)  # it is heard, not found
        key = await private(home, "quiet-talk")
        await asyncio.sleep(1)
        assert not any("name fits" in m["text"] for m in said(home, key))
        await home.slack.do("renamings", user="UALICE", channel=key, name="inc-quiet")
        await seen(home, key, "name fits `inc-*`")


async def test_an_incident_that_is_told_elsewhere_is_named_there_and_completed_with_a_hand_over_here(home):
    async with home.open():
        key = await made(home, "inc-payments")
        card = await seen(home, key, "is told in <#CDEV>")
        assert "payments" not in texts_of(card["blocks"])
        there = await seen(home, "CDEV", "Incident channel")
        assert "alice: complete" in await told(home, key, "incident complete card terminal restarted")
        end = await seen(home, key, "Hand-over.")
        for words in ("card terminal restarted", "is told in <#CDEV>", "Followed since"):
            assert words in end["text"], end["text"]
        await home.until(there, "over", "CDEV")
        await asyncio.sleep(2)
        assert sum("Hand-over." in m["text"] for m in said(home, key)) == 1
        assert (await row_of(home, key)).state == "completed" and len(cards(home, key)) == 1


async def test_an_app_cannot_take_the_name_of_a_person_nor_begin_a_line(home):
    async with home.open() as bot:
        lines = RoomLines(bot.core, "TLOCAL", "UCLOUDOPS")
        names = ["UBOB", 'x"\n12:00 UBOB', "ghp_" + "a1B2" * 9, "z" * 5_000, "  "]
        for n, name in enumerate(names):
            await lines.heard("CNAMES", {"ts": f"{time.time() + n:.6f}", "text": "go on", "username": name, "bot_id": "B1", "subtype": "bot_message"})  # fmt: skip
        db = bot.core.db
        found = [line.who for line in await db.read_whole(lambda tx: db.rooms.lines(tx, "TLOCAL:CNAMES", 9))]
    assert found[0] == 'an app that calls itself "UBOB"'
    assert found[1] == 'an app that calls itself "x\' 12:00 UBOB"'
    assert "a1B2" not in found[2] and len(found[3]) < 100 and found[4] == "an app"
    assert not any("\n" in one for one in found) and all(a != b for a, b in pairwise(found))

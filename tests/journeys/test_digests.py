"""Digests in the local Slack: each scheduled moment posted once across replicas and clocks, as whom, and when no more."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import pytest_asyncio

from bot.digests import Digests
from bot.outgoing import Outgoing
from storage.audit.events import EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.digests import DigestRow
from tests.journeys.bot_house import house, texts_of
from tests.journeys.test_bot_cards import plan_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
START = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)  # the clock is put forward the night after
AWAY_FROM_THE_BOT = "TDIGESTS"  # that runs in the house with today's clock


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        yield found


def posted(place, words, channel="COPS"):
    return [m for m in place.slack.workspace.messages.all(channel) if words in m["text"]]


async def row(place, digest, **more):
    db = place.bot.core.db
    values = {"channel": "COPS", "kind": "handover", "cron": "0 * * * *", "zone": "Europe/Berlin"}
    values |= {"owner": "TLOCAL:UALICE", "made_at": START, "last_at": START, **more}
    made = DigestRow(digest, **{"workspace": "TLOCAL", **values})
    await db.write_whole(lambda tx: db.digests.add(tx, made))


class At:
    """The core with another clock, on its own view of the store."""

    def __init__(self, core, db):
        self._core, self.db, self.clock = core, db, FixedClock(START)

    def __getattr__(self, name):
        return getattr(self._core, name)


class Replica:
    """As another process on the same store: its own name in it, and its own memory of what it sends until it is killed."""

    def __init__(self, place, db):
        self.wired, self.core = place.bot.wired, At(place.bot.core, db)
        self.begin()

    def begin(self):
        outgoing = Outgoing(self.wired.outgoing.client, self.core.db, AWAY_FROM_THE_BOT, self.core.lease)
        directory, out = self.wired.digests.directory, self.wired.digests.out
        self.digests = Digests(self.core, outgoing, directory, out)

    async def look(self, now):
        self.core.clock = FixedClock(now)
        await self.digests.look()


@asynccontextmanager
async def replica(place, name):
    file = place.bot.core.db.file
    db = await Database.open(f"sqlite+aiosqlite:///{file}", clock=place.bot.core.clock, worker=name)
    yield Replica(place, db)
    await db.close()


async def takes_over(survivor):
    """What the lease does about once a second."""
    db = survivor.core.db
    await db.write_whole(lambda tx: db.outbox.adopt(tx, alone=True))


async def test_each_slot_is_posted_once_by_two_that_look_and_are_killed_with_clocks_that_jump(place, request):
    slots = 200 if request.config.getoption("--full") else 30
    await row(place, "dig_hourly", channel="CINCIDENTS", workspace=AWAY_FROM_THE_BOT)
    killed = 0
    async with replica(place, "one") as one, replica(place, "two") as two:
        for n in range(1, slots + 1):
            now = START + timedelta(hours=n, minutes=1)
            first = asyncio.create_task(one.look(now))
            if n % 3 == 0:  # somewhere between the plan, the post and the note of it
                await asyncio.sleep(0.0015 * (n % 14))
                killed += first.cancel()
                await asyncio.gather(first, return_exceptions=True)
                one.begin()
                await takes_over(two)
            await asyncio.gather(first, two.look(now), return_exceptions=True)
            if n % 5 == 0:  # a clock that went back, and came again
                await one.look(now - timedelta(hours=3))
            if n % 3 == 0:  # what was under way in the store as it was killed may have ended after that
                await takes_over(two)
            await two.look(now)
            assert len(posted(place, "On-call hand-over", "CINCIDENTS")) == n
        assert await two.core.db.read_whole(two.core.db.outbox.unsent) == []
    assert killed  # how many depends on how fast the machine is


async def test_set_up_shown_listed_and_removed_from_chat(place):
    said = await place.ask("digest add approvals 0 9 * * 1-5 --zone Europe/Berlin")
    digest = said["text"].split(":")[0].strip()
    assert "first at" in said["text"]
    listed = await place.ask("digest list")
    assert "0 9 * * 1-5 (Europe/Berlin)" in str(listed["blocks"])
    card = await place.card("scale checkout to 3")
    shown = await place.ask("digest preview approvals")
    assert "new plans that wait" in shown["text"]
    assert "checkout" in texts_of(shown["blocks"]).lower()
    assert "not" in (await place.ask(f"digest remove {digest}", user="UCAROL"))["text"].lower()
    assert "removed" in (await place.ask(f"digest remove {digest}"))["text"]
    await place.click(card, "plan_cancel", "UALICE")


async def test_set_up_and_ended_in_words_by_the_clock_of_whoever_asks(place):
    await place.ask("settings me zone Europe/Berlin", user="UBOB")
    said = await place.ask("send the pending approvals digest on mondays at 8", user="UBOB")
    assert "by the clock of Europe/Berlin" in said["text"]
    listed = await place.ask("which digests come here?")
    assert "0 8 * * 1 (Europe/Berlin)" in str(listed["blocks"])
    await place.ask("settings me zone none", user="UBOB")
    again = await place.ask("digest add approvals 0 8 * * 1", user="UBOB")
    assert "by the clock of UTC" in again["text"]
    two = await place.ask("stop the approvals digest here", user="UBOB")
    assert "has no digest" in two["text"]  # which of the two is for people to say
    await place.ask(f"digest remove {again['text'].split(':')[0].strip()}", user="UBOB")
    assert "is removed" in (await place.ask("stop the approvals digest here", user="UBOB"))["text"]


async def test_what_is_no_kind_and_no_schedule_is_asked_back(place):
    assert "handover, approvals" in (await place.ask("digest add weather 0 9 * * *"))["text"]
    assert "15 minutes" in (await place.ask("digest add approvals * * * * *"))["text"]


async def test_whoever_may_not_any_more_gets_none_and_the_channel_hears_it_once(place):
    now = datetime.now(UTC)
    past = now - timedelta(hours=2)
    await row(place, "dig_eve", owner="TLOCAL:UNOBODY", kind="approvals", last_at=past)
    for _ in range(3):
        await place.bot.wired.digests.look()
    (said,) = posted(place, "no more of these come")
    assert "checkout" not in said["text"]
    db = place.bot.core.db
    assert (await db.read_whole(lambda tx: db.digests.get(tx, "TLOCAL", "dig_eve"))).stopped


async def test_a_channel_that_slack_refuses_ends_it_and_is_not_tried_again(place):
    past = datetime.now(UTC) - timedelta(hours=2)
    await row(place, "dig_gone", channel="CGONE", last_at=past)
    for _ in range(3):
        await place.bot.wired.digests.look()
    db = place.bot.core.db
    ended = await db.read_whole(lambda tx: db.digests.get(tx, "TLOCAL", "dig_gone"))
    assert "channel_not_found" in ended.stopped
    events = await db.read_whole(lambda tx: db.audit.find(tx, kind=EventType.CONFIG_CHANGED))
    assert sum("dig_gone" in str(event.body) for event in events) == 1


async def test_one_that_cannot_be_read_holds_up_no_other(place):
    past, db = datetime.now(UTC) - timedelta(hours=2), place.bot.core.db
    await row(place, "dig_0bad", zone="Mars/Nowhere", last_at=past)
    await row(place, "dig_1fine", last_at=past)
    await place.bot.wired.digests.look()
    fine = await db.read_whole(lambda tx: db.digests.get(tx, "TLOCAL", "dig_1fine"))
    assert fine.last_at > past
    for digest in ("dig_0bad", "dig_1fine"):
        await db.write_whole(partial(db.digests.remove, digest=digest))


async def test_too_late_a_one_is_said_to_be_missing_and_leads_to_the_thread_when_in_time(place):
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=3)
    yearly = f"0 {(now - timedelta(hours=8)).hour} * * *"
    await row(place, "dig_late", cron=yearly, zone="UTC", last_at=long_ago)
    await place.bot.wired.digests.look()
    (said,) = posted(place, "is missing")
    assert "digest now dig_late" in said["text"]
    card = await place.card("scale cart to 3")
    async with asyncio.timeout(10):
        while not (await place.bot.core.changes.view(plan_of(card))).card_ts:  # noqa: ASYNC110  the store tells nobody
            await asyncio.sleep(0.05)
    await row(place, "dig_link", kind="approvals", last_at=now - timedelta(hours=2))
    await place.bot.wired.digests.look()
    found = posted(place, "new plans that wait")[-1]
    assert "|thread>" in texts_of(found["blocks"])
    await place.click(card, "plan_cancel", "UALICE")

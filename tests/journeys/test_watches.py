"""Watches in the local Slack: a word on change alone, once across replicas, kills and clocks, by the rights of the moment, and an end."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.outgoing import Outgoing
from bot.watches import Watches
from storage.clock import FixedClock
from storage.database import Database
from storage.watches import WatchRow
from tests.journeys.bot_house import DEPLOYMENTS, deployment, house, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
START = datetime(2026, 3, 28, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
APART = "TWATCHES"  # another workspace than that of the bot which runs in the house with today's clock
SEEN = {"state": "0/0 ready, 0 updated, paused", "image of app": "shop/ledger:1.0"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        for name in ("ledger", "till"):  # paused: nothing moves but what a test moves
            one = deployment(name, replicas=0)
            found.store.create(DEPLOYMENTS, one | {"spec": one["spec"] | {"paused": True}})
        yield found


class At:
    """The core with another clock, on its own view of the store."""

    def __init__(self, core, db):
        self._core, self.db, self.clock = core, db, FixedClock(START)

    def __getattr__(self, name):
        return getattr(self._core, name)


class Replica:
    """As another process on the same store: its own name in it, its own clock, and its own memory of what it sends."""

    def __init__(self, place, db):
        self.place, self.wired, self.core = place, place.bot.wired, At(place.bot.core, db)
        self.begin()

    def begin(self):
        outgoing = Outgoing(self.wired.outgoing.client, self.core.db, APART, self.core.lease)
        watched = self.wired.watches
        self.watches = Watches(self.core, outgoing, watched.directory, watched.out)

    async def look(self, now):
        await self.place.bot.core.cache.forget("TLOCAL")
        await self.place.bot.core.cache.forget(APART)
        self.core.clock = FixedClock(now)
        await self.watches.look()

    async def takes_over(self):
        """What the lease does about once a second."""
        await self.core.db.write_whole(lambda tx: self.core.db.outbox.adopt(tx, alone=True))
        await self.watches.outgoing.resend_all()

    async def row(self, watch):
        return await self.core.db.read_whole(lambda tx: self.core.db.watches.get(tx, APART, watch))


@asynccontextmanager
async def replica(place, name, url):
    db = await Database.open(url, clock=place.bot.core.clock, worker=name, folder=place.root)
    try:
        yield Replica(place, db)
    finally:
        await db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, place):
    """One store that both replicas work on."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{place.bot.core.db.file}"
        return
    server = request.getfixturevalue("postgres")
    name = server.ready()
    yield server.url(name)
    server.give_back(name)


@pytest_asyncio.fixture(loop_scope="module")
async def one(place):
    async with replica(place, "only", f"sqlite+aiosqlite:///{place.bot.core.db.file}") as found:
        yield found


async def watched(replica, watch, **more):
    usual = WatchRow(
        watch, APART, "CINCIDENTS", "", "TLOCAL:UALICE", f"{watch} of ledger", "k8s_workload",
        {"name": "ledger", "namespace": "shop", "cluster": "local"}, START, START + timedelta(hours=8), START, SEEN,
    )  # fmt: skip
    row = replace(usual, **more)
    await replica.core.db.write_whole(lambda tx: replica.core.db.watches.add(tx, row))
    return row


def release(place, version, name="ledger"):
    found = place.store.get(DEPLOYMENTS, "shop", name)
    template = found["spec"]["template"]
    (box,) = template["spec"]["containers"]
    box = box | {"image": f"shop/{name}:{version}"}
    template = template | {"spec": template["spec"] | {"containers": [box]}}
    place.store.replace(DEPLOYMENTS, found | {"spec": found["spec"] | {"template": template}})


async def until(there):
    for _ in range(600):
        if there():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the policy was not read again")


def said(place, words, channel="CINCIDENTS"):
    return [m["text"] for m in place.slack.workspace.messages.all(channel) if words in m["text"]]


async def test_each_change_is_said_once_by_two_that_look_and_are_killed_with_clocks_that_jump(
    place, url, request
):
    changes = 60 if request.config.getoption("--full") else 12
    watch = f"wat_{'pg' if 'postgresql' in url else 'lite'}"
    release(place, "1.0")
    killed = 0
    async with replica(place, "first", url) as a, replica(place, "second", url) as b:
        await watched(a, watch)
        for n in range(1, changes + 1):
            now = START + n * 5 * MINUTE
            release(place, f"1.{n}")
            first = asyncio.create_task(a.look(now))
            if n % 3 == 0:  # somewhere between the claim, the read, the plan, the post and the note of it
                await asyncio.sleep(0.004 * (n % 14))
                killed += first.cancel()
                await asyncio.gather(first, return_exceptions=True)
                a.begin()
            await asyncio.gather(first, b.look(now), return_exceptions=True)
            if n % 4 == 0:  # a clock that went back, and came again
                await a.look(now - timedelta(hours=2))
            await b.look(now + MINUTE)
            await b.takes_over()
            assert len(said(place, f"{watch} of ledger")) == n, n
        final = await b.row(watch)
        assert (final.said, final.seen["image of app"]) == (changes, f"shop/ledger:1.{changes}")
        assert await b.core.db.read_whole(b.core.db.outbox.unsent) == []
    assert killed


async def test_nothing_is_said_while_nothing_changes_and_the_end_is_one_line(place, one):
    release(place, "1.0")
    await watched(one, "wat_calm", ends_at=START + 12 * MINUTE)
    for minute in range(1, 12):
        await one.look(START + minute * MINUTE)
    assert said(place, "wat_calm") == []
    for _ in range(3):
        await one.look(START + 12 * MINUTE)
    (end,) = said(place, "wat_calm")
    assert "watched for 12m: nothing changed that was seen. Last known: state 0/0 ready" in end
    assert (await one.row("wat_calm")).ended == "over"


async def test_what_was_not_looked_at_is_part_of_the_end(place, one):
    release(place, "1.0")
    await watched(one, "wat_gap", ends_at=START + 30 * MINUTE)
    await one.look(START + 2 * MINUTE)
    await one.look(START + 12 * MINUTE)
    await one.look(START + 13 * MINUTE)
    await one.look(START + 40 * MINUTE)
    (end,) = said(place, "wat_gap")
    assert "not looked at from 00:02 to 00:12 UTC" in end
    assert "not looked at from 00:13 to 00:30 UTC" in end


@asynccontextmanager
async def carol_moved_away(place):
    """The policy while it lets Carol read in another channel alone."""
    policy, store = place.root / "policy.yaml", place.bot.core.policy
    kept, before = policy.read_text(), store.policy.hash
    policy.write_text(kept.replace('role: viewer, channels: ["COPS"]', 'role: viewer, channels: ["CELSE"]'))
    try:
        await until(lambda: store.policy.hash != before)
        yield
    finally:
        policy.write_text(kept)
        await until(lambda: store.policy.hash == before)


async def test_a_right_lost_in_the_middle_ends_it_without_a_word_of_what_it_saw(place, one):
    release(place, "1.0")
    await watched(one, "wat_lost", owner="TLOCAL:UCAROL", channel="COPS")
    await one.look(START + MINUTE)
    assert said(place, "wat_lost", "COPS") == []
    async with carol_moved_away(place):
        release(place, "9.9")
        await one.look(START + 2 * MINUTE)
        await one.look(START + 3 * MINUTE)
    (end,) = said(place, "wat_lost", "COPS")
    assert "may not read this here any more" in end
    assert "9.9" not in end
    assert (await one.row("wat_lost")).ended


async def test_a_right_lost_just_before_the_end_leaves_that_it_ended(place, one):
    release(place, "1.0")
    told = {"owner": "TLOCAL:UCAROL", "channel": "COPS", "ends_at": START + 3 * MINUTE, "log": ["app: 7.7"]}
    await watched(one, "wat_last", **told)
    await watched(one, "wat_kept", **told | {"owner": "TLOCAL:UALICE"})
    await one.look(START + 2 * MINUTE)
    async with carol_moved_away(place):
        for _ in range(2):
            await one.look(START + 3 * MINUTE)
    (end,), (whole,) = said(place, "wat_last", "COPS"), said(place, "wat_kept", "COPS")
    assert "may not read this here any more" in end
    assert not {"7.7", "ledger:1.0", "0/0 ready"} & set(end.replace(",", " ").split())
    assert "watched for 3m: app: 7.7. Last known: state 0/0 ready" in whole


async def test_what_changed_since_the_last_look_is_part_of_the_closing_line(place, one):
    release(place, "1.0")
    await watched(one, "wat_late", ends_at=START + 3 * MINUTE)
    await one.look(START + 2 * MINUTE)
    release(place, "1.1")
    await one.look(START + 3 * MINUTE)
    (end,) = said(place, "wat_late")
    assert "watched for 3m: image of app: shop/ledger:1.0 → shop/ledger:1.1. Last known" in end


async def test_a_look_that_fails_unexpectedly_is_owned_up_to_once_and_keeps_no_other(place, one):
    """Nothing writes such a row; whatever else nobody foresaw ends a look in the same place."""
    release(place, "1.0")
    await watched(one, "wat_broken", seen={"state": None}, ends_at=START + 4 * MINUTE)
    await watched(one, "wat_other", made_at=START + MINUTE, ends_at=START + 4 * MINUTE)
    for minute in (1, 2, 3):
        release(place, f"1.{minute}")
        await one.look(START + minute * MINUTE)
    assert len(said(place, "wat_other")) == 3
    (away,) = said(place, "wat_broken")
    assert "I cannot read it now (my look failed in a way that I did not foresee" in away
    for _ in range(2):
        await one.look(START + 4 * MINUTE)
    assert "watched for" in said(place, "wat_other")[-1]
    assert "the watch has ended" in said(place, "wat_broken")[-1]
    assert (len(said(place, "wat_other")), len(said(place, "wat_broken"))) == (4, 2)
    assert (await one.row("wat_broken")).ended


async def test_a_read_that_fails_is_said_once_and_so_is_that_it_works_again(place, one):
    release(place, "1.0")
    await watched(one, "wat_away", args={"name": "till", "namespace": "shop", "cluster": "local"})
    kept = place.store.get(DEPLOYMENTS, "shop", "till")

    place.store.delete(DEPLOYMENTS, "shop", "till")
    for minute in range(1, 6):
        await one.look(START + minute * MINUTE)
    (away,) = said(place, "wat_away")
    assert "I cannot read it now" in away
    assert "whether anything changes meanwhile I do not know" in away
    place.store.create(DEPLOYMENTS, {key: value for key, value in kept.items() if key != "status"})
    for minute in range(6, 9):
        await one.look(START + minute * MINUTE)
    assert len(said(place, "wat_away")) == 2
    assert "I can read it again" in said(place, "wat_away")[1]


async def test_a_channel_that_slack_refuses_ends_it(place, one):
    await watched(one, "wat_gone", channel="DNOWHERE", seen={"image of app": "another"})
    await one.look(START + MINUTE)
    await one.look(START + 2 * MINUTE)
    assert "Slack does not take it" in (await one.row("wat_gone")).ended


async def test_set_up_listed_and_stopped_from_chat(place):
    begun = await place.ask("watch workload ledger for 1h")
    assert "I watch ledger for 1h" in begun["text"]
    assert "0/0 ready" in texts_of(begun["blocks"])
    watch = begun["text"].split("(wat_")[1].split(")")[0]
    assert "ledger" in str((await place.ask("watch list"))["blocks"])
    assert "not" in (await place.ask(f"watch stop wat_{watch}", user="UCAROL"))["text"].lower()
    ended = await place.ask(f"watch stop wat_{watch}")
    assert "watched for 1h (stopped early): nothing changed" in ended["text"]
    assert "Nothing is being watched" in (await place.ask("watch list"))["text"]


async def test_in_words_and_what_cannot_be_watched_is_asked_back(place):
    begun = await place.ask("keep an eye on checkout for 30 minutes")
    assert "I watch checkout for 30m" in begun["text"]
    await place.ask(f"watch stop wat_{begun['text'].split('(wat_')[1].split(')')[0]}")
    assert "2 minutes to 24 hours" in (await place.ask("watch checkout for 90h"))["text"]
    assert "I watch" not in (await place.ask("watch workload no-such-thing for 1h"))["text"]


async def test_nobody_has_more_than_five(place):
    ids = []
    for _ in range(5):
        text = (await place.ask("watch workload ledger for 1h"))["text"]
        ids.append(f"wat_{text.split('(wat_')[1].split(')')[0]}")
    assert "5 watches already" in (await place.ask("watch workload ledger for 1h"))["text"]
    for watch in ids:
        await place.ask(f"watch stop {watch}")

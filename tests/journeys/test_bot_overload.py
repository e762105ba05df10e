"""More messages than can be answered at once: each is answered or refused in words, none is lost, nobody waits for one person."""

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import combinations
from statistics import median

import pytest

from bot.outgoing import SlackAwayError
from bot.replies.blocks import Message
from sandbox.slack.core.timing import Timing
from storage.clock import FixedClock
from tests.journeys.bot_house import BOT, house
from tests.journeys.test_bot_process import process

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]
FULL = os.environ.get("SOAK") == "1"
MESSAGES, SECONDS = (500, 0.4) if FULL else (240, 0.2)  # at fifty a second a quiet machine keeps up
SOON_AGAIN = (0.0, *map(float, range(1, 30)))  # what was not acknowledged before the end comes again
SOON = 3.0  # seconds until each in excess has heard it; 0.2 when this was written
LOUD = "UALICE"  # sends three of five messages
OTHERS = ("UBOB", "UCAROL", "UDAN", "UBOB2")


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, timing=Timing(retries=SOON_AGAIN)) as found:
        yield found


def senders() -> list[str]:
    quiet = [OTHERS[n % 4] for n in range(MESSAGES * 2 // 5)]
    found = quiet + [LOUD] * (MESSAGES - len(quiet))
    random.Random(3).shuffle(found)
    return found


async def flood(place, people: list[str], seconds: float) -> dict[str, int]:
    """Every fourth message of a person goes to one thread of theirs, the others start their own. How many a thread has."""
    threads: dict[str, int] = {}
    own: dict[str, str] = {}
    for n, person in enumerate(people):
        thread = own.get(person, "") if n % 4 == 0 else ""
        ts = await place.slack.say(person, "COPS", f"{BOT} whoami", thread)
        own.setdefault(person, ts)
        threads[thread or ts] = threads.get(thread or ts, 0) + 1
        await asyncio.sleep(seconds / len(people))
    return threads


def rows(place, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(place.root / "app.db", timeout=20)) as db:
        return db.execute(sql, values).fetchall()


async def all_answered(place, threads: dict[str, int], seconds: float) -> None:
    def look():
        return all(len(place.slack.replies("COPS", ts)) >= many for ts, many in threads.items()) or None

    await place.slack.wait_for(look, seconds)
    await asyncio.sleep(0.5)  # for what must not come
    assert {ts: len(place.slack.replies("COPS", ts)) for ts in threads} == threads


def in_order(place) -> bool:
    """Of two messages of a thread, the one that was said first and came first has ended first."""
    ended: dict[str, list[tuple[str, str]]] = {}
    for thread, *came in rows(
        place, "SELECT thread, json_extract(payload, '$.delivery.ts'), received_at FROM inbox ORDER BY finished_at"
    ):  # fmt: skip
        ended.setdefault(thread, []).append(tuple(came))
    pairs = (pair for found in ended.values() for pair in combinations(found, 2))
    return not [1 for (said, came), later in pairs if said > later[0] and came > later[1]]


def waits(place) -> dict[str, float]:
    """How long each person waited for an answer, in the middle, in seconds."""
    found: dict[str, list[float]] = {}
    for person, seconds in rows(
        place,
        "SELECT actor_id, (julianday(finished_at) - julianday(received_at)) * 86400 FROM inbox WHERE state = 'done'",
    ):
        found.setdefault(person.partition(":")[2], []).append(seconds)
    return {person: median(seconds) for person, seconds in found.items()}


async def test_a_flood_is_answered_whole_in_order_and_nobody_waits_for_the_one_who_sends_most(place):
    """500 messages of 5 people within a second with SOAK=1."""
    async with process(place) as bot:
        await bot.until_ready()
        threads = await flood(place, senders(), SECONDS)
        await all_answered(place, threads, 400)
    assert in_order(place)
    waited = waits(place)
    assert len(waited) == 5
    assert all(waited[person] < waited[LOUD] for person in OTHERS), waited
    told = [w for person in (LOUD, *OTHERS) for w in place.slack.whispers(person)]
    assert told
    assert all("I am busy" in whisper["text"] for whisper in told)
    assert max(float(w["ts"]) - float(w["thread_ts"]) for w in told if w["thread_ts"] in threads) < SOON


async def test_told_to_stop_under_load_it_begins_nothing_more_and_the_next_start_answers_the_rest(place):
    async with process(place) as bot:
        await bot.until_ready()
        threads = await flood(place, senders()[:80], 0.1)
        await place.slack.wait_for(
            lambda: sum(len(place.slack.replies("COPS", ts)) for ts in threads) >= 5 or None, 30
        )
        told = asyncio.get_running_loop().time()
        assert await bot.end(signal.SIGTERM) == 0
        assert asyncio.get_running_loop().time() - told < 25
        assert rows(place, "SELECT count(*) FROM inbox WHERE state = 'new'")[0][0] > 0
        assert not [line for line in bot.lines if "work_put_off" in line or "work_failed" in line]
    async with process(place) as bot:
        await bot.until_ready()
        await all_answered(place, threads, 120)
    assert in_order(place)
    assert rows(place, "SELECT DISTINCT state FROM inbox") == [("done",)]


@asynccontextmanager
async def held(place, **limits):
    """A bot whose line calls nobody until it is opened, with other limits."""
    async with place.open() as bot:
        bot.wired.work.messages.close()
        for name, value in limits.items():
            setattr(bot.wired.work.excess, name, value)
        yield bot


async def test_whoever_has_enough_in_line_is_refused_in_words_and_the_rest_is_answered(place):
    async with held(place, each=3) as bot:
        stamps = [await place.slack.say("UALICE", "COPS", f"{BOT} whoami") for _ in range(5)]
        other = await place.slack.say("UBOB", "COPS", f"{BOT} whoami")
        told = await place.slack.wait_for(
            lambda: found if len(found := place.slack.whispers("UALICE")) == 2 else None, 20
        )
        assert all("You have 3 messages in line already" in whisper["text"] for whisper in told)
        assert [whisper["thread_ts"] for whisper in told] == stamps[3:]
        assert not place.slack.whispers("UBOB")
    async with place.open():
        await all_answered(place, dict.fromkeys([*stamps[:3], other], 1), 30)
        assert not [ts for ts in stamps[3:] if place.slack.replies("COPS", ts)]
        assert bot.wired.work.excess.each == 3


async def test_people_who_talk_among_themselves_hear_nothing_of_a_line(place):
    async with held(place, queue=0, each=2) as bot:
        thread = await place.slack.say("UALICE", "COPS", "lunch?")
        for n in range(5):
            await place.slack.say("UBOB", "COPS", f"yes {n}", thread)
        await place.slack.say("UBOB", "COPS", f"{BOT} whoami")
        told = await place.slack.wait_for(lambda: place.slack.whispers("UBOB"), 20)
        assert "You have 2 messages in line" in told[0]["text"]
        bot.wired.work.messages.open()
        await asyncio.sleep(0.5)
        assert len(place.slack.whispers("UBOB")) == 1
        assert not place.slack.replies("COPS", thread)
    assert {state for (state,) in rows(place, "SELECT state FROM inbox")} == {"ignored", "done"}


async def test_a_command_that_fails_each_time_is_given_up_in_words(place):
    async with place.open() as bot:
        work, tries = bot.wired.work, []

        async def broken(admitted):
            tries.append(admitted.row_id)
            raise LookupError("a bug")

        work.at_once["command"] = broken
        work.clock = FixedClock(datetime.now(UTC))
        await place.slack.do("commands", user="UALICE", channel="COPS", command="/cloudops", text="help")
        for _ in range(4):
            await asyncio.gather(*work.tasks, return_exceptions=True)
            work.clock.advance(20)
            await work.sweep()
        words = "could not finish this after three tries"

        def told():
            return [w for w in place.slack.whispers("UALICE") if words in w["text"]]

        await place.slack.wait_for(told, 20)
        assert (len(tries), len(told())) == (3, 1)
    assert rows(place, "SELECT state FROM inbox") == [("dead",)]


async def test_what_is_being_handed_over_at_the_start_is_not_begun_beside_it(place):
    """A command's row is stored, and for a moment nobody works on it yet: it is this process's own."""
    async with place.open() as bot:
        body = {
            "command": "/cloudops", "text": "help", "team_id": "TLOCAL", "user_id": "UALICE", "channel_id": "COPS",
            "trigger_id": "1.2.x", "response_url": "",
        }  # fmt: skip
        admitted = await bot.wired.work.intake.admit(body)
        await bot.wired.work.sweep()
        assert admitted.row_id not in bot.wired.work.others
        await bot.wired.work.take(admitted)
        await place.slack.wait_for(lambda: place.slack.whispers("UALICE"), 20)
        await asyncio.sleep(0.3)
        assert len(place.slack.whispers("UALICE")) == 1


async def test_a_message_that_several_send_at_once_is_posted_once(place):
    async with place.open() as bot:
        out = bot.wired.outgoing
        await place.slack.do("faults", method="chat.postMessage", error="channel_not_found", times=1)
        message = Message("hello", ())
        with pytest.raises(SlackAwayError):
            await out.post("k1", "COPS", "", message)
        sent = await asyncio.gather(out.resend("k1"), out.resend("k1"), out.resend_all(), out.resend("k1"))
        assert sent[0] == sent[1] == sent[3] != ""
        said = [m for m in place.slack.workspace.messages.all("COPS") if m["text"] == "hello"]
        assert len(said) == 1


async def test_a_refusal_that_a_process_died_over_is_said_at_the_next_start(place):
    """Whispers have no key to look for: said twice is better than never (decision 5)."""
    async with held(place):
        await place.slack.do("invitations", user="UALICE", channel="COPS", invited="UGUEST")
        await place.slack.say("UGUEST", "COPS", f"{BOT} whoami")
        await asyncio.sleep(1.0)
    change(place, "UPDATE inbox SET state='started', attempts=1")  # begun by a process that died
    for _ in range(2):  # it died again after the words and before its note
        async with place.open():
            await until_done(place)
        change(place, "UPDATE inbox SET state='started', finished_at=NULL")
    told = place.slack.whispers("UGUEST")
    assert [w["text"][:40] for w in told] == ["I work for full members of this workspac"] * 2


async def until_done(place) -> None:
    for _ in range(200):
        if rows(place, "SELECT id FROM inbox WHERE state = 'done'"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("not done")


def change(place, sql: str) -> None:
    with closing(sqlite3.connect(place.root / "app.db", timeout=20)) as db, db:
        db.execute(sql)

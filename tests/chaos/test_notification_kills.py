"""Two bots on one table of notifications, and kill -9 between the claim and the send: each arrives once, under one name."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from agents.notifications.event import Event
from bot.notify.capping import name_of
from storage.clock import SystemClock
from storage.database import Database
from storage.notifications import NotificationRow
from tests.journeys.bot_house import POLICY, house
from tests.journeys.bot_pair import Pair
from tests.servers.mail import mail_server

pytestmark = [pytest.mark.chaos, pytest.mark.servers, pytest.mark.timeout(240)]
EACH, MOST = 40, 100


def row(number, subject):
    now = datetime.now(UTC)
    key = f"{subject}:{number}"
    event = Event(key, key, "bot", "warning", "trigger", now, key)
    to = "email:oncall@example.com"
    return NotificationRow(
        name_of("TLOCAL", key, to), "TLOCAL", key, key, event.area, event.severity, event.action, "test", "email", to,
        event.kept(), now, now,
    )  # fmt: skip


async def planned(db, rows):
    for one in rows:
        await db.write_whole(lambda tx, one=one: db.notifications.add(tx, one))


async def test_two_bots_share_one_table_and_one_that_is_killed_loses_and_doubles_nothing(postgres, tmp_path):
    url, order = postgres.url(postgres.complete()), tmp_path / "die_at"
    (tmp_path / "planner").mkdir()
    with mail_server() as mails:
        out = {"SMTP_URL": mails.url, "SMTP_FROM": "cloudops@shop.example"}
        async with AsyncExitStack() as stack:
            place = await stack.enter_async_context(house(tmp_path, policy=POLICY))
            two = Pair(place, url, stack, {}, **out)
            victim = two.process("two", "tests.chaos.notify_victim", str(order))
            two.bots["two"] = await stack.enter_async_context(victim)
            await two.whole()  # starts the other one
            await two.bots["two"].until_ready()
            db = await Database.open(url, clock=SystemClock(), worker="planner", folder=tmp_path / "planner")
            stack.push_async_callback(db.close)

            def all_sent(count):
                found = dict(two.rows("SELECT state, count(*) FROM notifications GROUP BY state"))
                return found == {"sent": count}

            await planned(db, [row(n, "shared") for n in range(EACH)])
            await two.until(lambda: all_sent(EACH), 60)
            assert set(Counter(m["Message-ID"] for m in mails.taken).values()) == {1}

            order.write_text("after_claim")
            killed = 0
            while two.bots["two"].child.returncode is None:  # until it is the one that claims one
                await planned(db, [row(killed, "killed")])
                killed += 1
                await asyncio.sleep(0.3)
                assert killed < MOST
            assert two.bots["two"].child.returncode == -signal.SIGKILL
            await two.until(lambda: all_sent(EACH + killed), 60)
            ((unsure,),) = two.rows("SELECT count(*) FROM notifications WHERE unsure")
            assert 1 <= unsure <= killed  # it may have claimed several before it died
    subjects = Counter(m["Subject"] for m in mails.taken)
    assert (len(subjects), set(subjects.values())) == (EACH + killed, {1})

"""Two bots on one PostgreSQL and a channel of an incident: whoever dies, each thing is said once, and a word of people holds."""

import asyncio

import pytest
import pytest_asyncio

from tests.journeys.bot_house import BOT, house, texts_of
from tests.journeys.bot_pair import pair
from tests.journeys.test_rooms import POLICY, cards, made, said, seen

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.servers, pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(postgres, tmp_path_factory):
    async with (
        house(tmp_path_factory.mktemp("pair"), policy=POLICY) as place,
        pair(place, postgres.url(postgres.complete())) as found,
    ):
        yield found


def keeper(two, room):
    """Which of the two looks after the room."""
    rows = two.rows("SELECT worker FROM slots WHERE name = 'room' AND at = %s", f"TLOCAL:{room}")
    return two.named(rows[0][0])


def state(two, room):
    rows = two.rows("SELECT state FROM incident_rooms WHERE id = %s", f"TLOCAL:{room}")
    return rows[0][0] if rows else ""


def count(two, room, words):
    return sum(words in f"{m['text']} {texts_of(m.get('blocks', []))}" for m in said(two.place, room))


async def alert(two, rule):
    await two.place.slack.say("BALERTS", "CINCIDENTS", f"[FIRING] {rule} (critical) namespace=shop service=checkout")  # fmt: skip


async def test_whoever_dies_each_thing_is_said_once_and_what_people_said_holds(two):
    await alert(two, "CheckoutDown")
    await seen(two.place, "CINCIDENTS", "CheckoutDown")
    room = await made(two.place, "inc-checkout")
    await seen(two.place, room, "name fits")
    await seen(two.place, room, "CheckoutDown")
    await two.until(lambda: state(two, room) == "open")
    dead = keeper(two, room)
    await alert(two, "CheckoutSlow")
    await two.end(dead)
    await seen(two.place, room, "New: CheckoutSlow fires", 60)
    await two.whole()
    assert keeper(two, room) != dead
    await two.place.slack.say("UALICE", room, f"{BOT} pause")
    await two.until(lambda: state(two, room) == "paused")
    await two.end(keeper(two, room))
    await alert(two, "CheckoutErrors")
    await two.whole()
    await asyncio.sleep(10)  # longer than a dead one is waited for
    assert count(two, room, "New: CheckoutErrors") == 0 and state(two, room) == "paused"
    await two.place.slack.say("UBOB", room, f"{BOT} resume")
    await seen(two.place, room, "New: CheckoutErrors fires", 60)
    await two.place.slack.say("UALICE", room, f"{BOT} incident complete all well")
    await two.until(lambda: state(two, room) in {"completing", "completed"})
    await two.end(keeper(two, room))
    await two.until(lambda: state(two, room) == "completed", 60)
    await asyncio.sleep(2)
    for words in ("name fits", "New: CheckoutSlow", "New: CheckoutErrors", "Hand-over."):
        assert count(two, room, words) == 1, words
    assert len(cards(two.place, room)) == 1
    assert len([f for f in two.place.slack.workspace.files if f.complete]) == 1
    assert await two.audit_is_whole()

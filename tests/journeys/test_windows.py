"""Every window opens before anything is read, is filled later, and says so where there is nothing to fill it with."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager, closing

import pytest
import pytest_asyncio

from storage.sqlite import MORE_READERS, READERS
from tests.journeys.bot_house import actions_of, house, is_opening, texts_of

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        yield found


@asynccontextmanager
async def slow_store(home):
    """Nobody else reads from the database meanwhile."""
    async with AsyncExitStack() as readers:
        for _ in range(READERS + MORE_READERS):
            await readers.enter_async_context(home.bot.core.db.read())
        yield


@asynccontextmanager
async def unreadable(home):
    """What every view of a plan reads is gone."""

    def renamed(old, new):
        with closing(sqlite3.connect(home.root / "app.db", timeout=10)) as raw:
            raw.execute(f"ALTER TABLE {old} RENAME TO {new}")

    await asyncio.to_thread(renamed, "countdowns", "elsewhere")
    try:
        yield
    finally:
        await asyncio.to_thread(renamed, "elsewhere", "countdowns")


@asynccontextmanager
async def other_people(home, old, new):
    """Bob's account belongs to nobody meanwhile."""
    policy = home.root / "policy.yaml"
    whole = policy.read_text()
    policy.write_text(whole.replace(old, new))
    home.bot.core.policy.reload()
    try:
        yield
    finally:
        policy.write_text(whole)
        home.bot.core.policy.reload()


async def submit(home, user, view, why):
    values = {"reason": {"text": {"type": "plain_text_input", "value": why}}}
    return await home.drive("submissions", {"user": user, "view_id": view["id"], "values": values})


def newest(home, user):
    return next(iter(home.slack.workspace.views.stack(user)[-1:]), None)


@pytest.mark.parametrize(
    ("action", "user", "filled"),
    [
        ("plan_reject", "UBOB", "Why?"),
        ("plan_details", "UDAN", "sealed as"),
        ("plan_ask", "UALICE", "May approve"),
    ],
)
async def test_the_window_of_a_plan_is_there_while_the_store_is_slow_and_is_filled_later(
    home, action, user, filled
):
    card = await home.card("restart checkout")
    async with slow_store(home):
        await home.click(card, action, user)
        view = await home.slack.wait_for(lambda: newest(home, user), 3)
        await asyncio.sleep(0.3)
        assert is_opening(newest(home, user)) and "Reading the plan…" in texts_of(view["blocks"])
    assert (await home.window(user, filled))["id"] == view["id"]


async def test_a_trigger_that_expired_is_answered_in_words_and_nothing_is_changed(home):
    card = await home.card("restart checkout")
    for action in ("plan_reject", "plan_details", "plan_ask"):
        await home.slack.do("faults", method="views.open", error="expired_trigger_id", times=1)
        told = await home.whispered(card, action, "UBOB")
        assert "could not be opened in time. Nothing was changed. Click once more." in told
    assert "plan_approve" in actions_of(home.now(card))


async def test_a_window_whose_reading_fails_says_so_and_what_to_do(home):
    card = await home.card("restart checkout")
    async with unreadable(home):
        for action in ("plan_reject", "plan_details", "plan_ask"):
            await home.click(card, action, "UBOB")
            view = await home.window("UBOB", "It could not be read just now")
            text = texts_of(view["blocks"])
            assert "Nothing was changed" in text and "Close this and click again" in text
            assert not view.get("submit")
            home.slack.workspace.views.stack("UBOB").clear()
    await home.click(card, "plan_reject", "UBOB")
    await home.window("UBOB", "Why?")


async def test_who_may_not_see_the_plan_reads_nothing_of_it_in_a_window(home):
    card = await home.card("restart checkout in namespace stg")
    for action in ("plan_reject", "plan_details"):
        await home.click(card, action, "UCAROL")
        view = await home.window("UCAROL", "You may not look at this plan")
        assert "stg" not in texts_of(view["blocks"]) and not view.get("submit")
        home.slack.workspace.views.stack("UCAROL").clear()


async def test_the_right_to_reject_is_judged_again_when_the_form_is_sent(home):
    card = await home.card("restart cart")
    await home.click(card, "plan_reject", "UBOB")
    view = await home.window("UBOB", "Restart")
    before = len(home.slack.whispers("UBOB"))
    async with other_people(home, '"TLOCAL:UBOB"', '"TLOCAL:UZOE"'):
        await submit(home, "UBOB", view, "who am I now?")
        told = await home.slack.wait_for(lambda: home.slack.whispers("UBOB")[before:], 20)
    assert "does not count" in told[0]["text"] and "Pending" in home.now(card)["text"]


async def test_a_rejection_is_recorded_once_and_the_second_is_told_that_it_is_late(home):
    card = await home.card("scale cart to 4")
    views = {}
    for user in ("UBOB", "UDAN"):
        await home.click(card, "plan_reject", user)
        views[user] = await home.window(user, "Scale cart")
    await submit(home, "UBOB", views["UBOB"], "not during lunch")
    await home.until(card, "Rejected")
    before = len(home.slack.whispers("UDAN"))
    await submit(home, "UDAN", views["UDAN"], "nor after it")
    told = await home.slack.wait_for(lambda: home.slack.whispers("UDAN")[before:], 20)
    assert "Too late: this plan is rejected" in told[0]["text"]
    text = texts_of(home.now(card)["blocks"])
    assert "Rejected by bob: not during lunch" in text and "nor after it" not in text
    plan = next(b["block_id"] for b in card["blocks"] if str(b.get("block_id", "")).startswith("plan:"))
    db = home.bot.core.db
    async with db.read() as tx:
        kinds = [str(row.type) for row in await db.audit.find(tx, plan_id=plan.split(":")[1])]
    assert kinds.count("plan.rejected") == 1

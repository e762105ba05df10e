"""A window is judged by its channel as it is when it is sent: where others came to read meanwhile, it says nothing."""

import asyncio
from functools import partial

import pytest
import pytest_asyncio

from bot.replies.feedback import FEEDBACK
from tests.journeys.bot_house import BOT, actions_of, house

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        yield found


async def opened(home, user):
    return user, (await home.windows(user))[-1]["id"]


async def useless(home):
    """The window that asks why, below an answer."""
    ts = await home.slack.say("UALICE", "COPS", f"{BOT} which pods are unhealthy?")

    def thumbs():
        mine = [m for m in home.slack.replies("COPS", ts) if m.get("user") == "UCLOUDOPS"]
        return [(m, b) for m in mine for b in m.get("blocks", []) if b["type"] == "context_actions"]

    message, block = (await home.slack.wait_for(thumbs, 30))[0]
    value = block["elements"][0]["negative_button"]["value"]
    await home.slack.do("clicks", user="UALICE", channel="COPS", ts=message["ts"], action_id=FEEDBACK, value=value)  # fmt: skip
    return await opened(home, "UALICE")


async def send(home, user, view):
    values = {"reason": {"text": "not today"}}
    sent = await home.slack.do("submissions", user=user, view_id=view, values=values)
    assert sent["ok"], sent


async def refusals(home, wanted):
    for _ in range(400):
        rows = await home.bot.core.db.read_whole(home.bot.core.db.audit.find)
        if sum("shared with another company" in str(row.body) for row in rows) == wanted:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_window_that_was_open_when_others_came_to_read_says_nothing(home):
    card = await home.card("restart checkout")
    await home.click(card, "plan_reject", "UBOB")
    reject = await opened(home, "UBOB")
    why = await useless(home)
    home.slack.workspace.channels.get("COPS").is_ext_shared = True  # the bot read it as its own a moment ago
    for number, view in enumerate((why, reject), 1):
        await send(home, *view)
        assert await refusals(home, number)
    assert "plan_approve" in actions_of(home.now(card))
    db, since = home.bot.core.db, home.bot.core.clock.now().replace(hour=0, minute=0)
    (row,) = await db.read_whole(partial(db.feedback.since, workspace="TLOCAL", channel="COPS", since=since))
    assert (row.verdict, row.reason) == ("useless", "")

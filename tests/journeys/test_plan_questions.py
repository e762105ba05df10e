"""An approver asks before deciding: the window is there at once, the thread reads who asks, and the plan stays as it was."""

import pytest
import pytest_asyncio

from bot.replies.question import ASK_TITLE
from tests.journeys.bot_house import actions_of, house, texts_of

pytestmark = [pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
WORDS = "is checkout drained first? <!channel> <@UCAROL>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        yield found


async def ask(home, view, user, question=WORDS):
    values = {"question": {"text": {"type": "plain_text_input", "value": question}}}
    sent = {"user": user, "view_id": view["id"], "values": values}
    return await home.drive("submissions", sent)


def said(home, card, words):
    thread = home.slack.replies("COPS", card.get("thread_ts", card["ts"]))
    return next((message for message in thread if words in message["text"]), None)


async def test_the_question_stands_in_the_thread_with_who_asks_and_the_plan_is_as_it_was(home):
    card = await home.card("restart checkout")
    before, calls = texts_of(card["blocks"]), len(await home.calls("views.open"))
    await home.click(card, "plan_ask", "UBOB")
    view = await home.window("UBOB", "May approve")
    opened, filled = (await home.calls("views.open"))[calls:], await home.calls("views.update")
    assert "Reading the plan" in str(opened[0]["args"]) and opened[0]["at"] <= filled[-1]["at"]
    assert view["title"]["text"] == ASK_TITLE and "Dry run" in texts_of(view["blocks"])
    await ask(home, view, "UBOB")
    found = await home.slack.wait_for(lambda: said(home, card, "is checkout drained first?"), 20)
    assert found["text"].startswith("<@UBOB> asks <@UALICE> about ")
    assert "<!channel>" not in found["text"] and "<@UCAROL>" not in found["text"]
    now = home.now(card)
    assert texts_of(now["blocks"]) == before and "plan_approve" in actions_of(now)
    await home.click(now, "plan_approve", "UBOB")
    await home.until(card, "Approved by bob", seconds=60)


async def test_who_may_not_see_the_plan_learns_nothing_of_it_and_asks_nothing(home):
    """Another's window, filled for who may see it, is not asked through by who may not."""
    card = await home.card("restart checkout in namespace stg")
    await home.click(card, "plan_ask", "UCAROL")
    view = await home.window("UCAROL", "may not look")
    assert "stg" not in texts_of(view["blocks"]) and not view.get("submit")
    await home.click(card, "plan_ask", "UBOB")
    full = await home.window("UBOB", "May approve")
    policy = home.root / "policy.yaml"
    whole = policy.read_text()
    policy.write_text(whole.replace('{id: "TLOCAL:UBOB", name: bob}', '{id: "TLOCAL:UZOE", name: bob}'))
    home.bot.core.policy.reload()
    try:
        await ask(home, full, "UBOB", "who am I now?")
        told = await home.slack.wait_for(
            lambda: [m for m in home.slack.whispers("UBOB") if "may not look" in m["text"]], 20
        )
        assert "Nothing was asked" in told[0]["text"] and said(home, card, "who am I now?") is None
    finally:
        policy.write_text(whole)
        home.bot.core.policy.reload()

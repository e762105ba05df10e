"""What the agent's conversation suggests fits the channel that the person looks at, and what they may do."""

import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHECKOUT = "why is checkout failing in namespace shop?"


async def opened(home, user, viewing=""):
    """The messages offered once nothing changes any more."""
    answer = await home.slack.do("home", user=user, tab="messages", viewing=viewing)
    await asyncio.sleep(0.5)
    found = await home.slack.see("prompts", user=user, channel=answer["channel"])
    return [prompt["message"] for prompt in found["prompts"]]


async def test_they_name_what_the_channel_is_about_and_follow_from_channel_to_channel(home):
    assert "what is unhealthy right now?" in await opened(home, "UALICE")
    assert await opened(home, "UALICE", "COPS") == [
        "what is unhealthy in namespace shop?", "what changed in namespace shop in the last hour?", "help",
    ]  # fmt: skip
    assert "what is unhealthy right now?" in await opened(home, "UALICE", "CAUDIT")


async def test_who_may_not_look_there_is_not_told_what_the_channel_is_about(home):
    assert "what is unhealthy right now?" in await opened(home, "UCAROL", "COPS")


async def test_they_are_sent_when_they_change_and_nothing_is_stored_for_them(home):
    async def sent():
        return len(await home.calls("assistant.threads.setSuggestedPrompts"))

    from sqlalchemy import text

    async def stored():
        async with home.bot.core.db.read() as tx:
            return (await tx.run(text("SELECT count(*) FROM inbox"))).scalar_one()

    before = await stored()
    await opened(home, "UDAN", "COPS")
    many = await sent()
    await opened(home, "UDAN", "COPS")
    assert (await sent(), await stored()) == (many, before)


async def test_what_they_say_is_understood(home):
    from agents.policy.models import ScopePart
    from bot.listeners.prompts import prompts_for

    messages = [message for _, message in prompts_for(ScopePart(service="checkout", namespace="shop"))]
    assert messages[0] == CHECKOUT
    for message in messages[:3]:
        found = await home.ask(message, channel="DALICE")
        assert "shop" in str(found["blocks"]), message

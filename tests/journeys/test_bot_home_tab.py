"""The Home tab: what waits for me with buttons that work, my plans, my rights, health."""

import pytest

from tests.journeys.bot_house import texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def shown(home, user, words=""):
    await home.slack.do("home", user=user, tab="home")

    def look():
        view = home.slack.workspace.views.home(user)
        return view if view and words in texts_of(view["blocks"]) else None

    return await home.slack.wait_for(look, 10)


async def followed_by_nobody(home):
    """As where the tab was opened in another process: what is shown stays as it is."""
    listener = home.bot.core.relays.announcer.to.announcers[-1]
    await home.slack.wait_for(lambda: not home.bot.wired.work.running, 30)
    listener._lookers.clear()
    await listener.coalescer.drain()


async def press(home, user, view, action):
    return await home.slack.do("clicks", user=user, view_id=view["id"], action_id=action)


async def test_it_shows_rights_health_and_that_nothing_waits(home):
    text = texts_of((await shown(home, "UALICE"))["blocks"])
    assert "Nothing waits for you." in text
    assert "You are *alice*." in text
    assert "operator" in text
    assert "All 8 parts work" in text
    assert "You have proposed no changes yet." in text


async def test_an_approver_sees_the_plan_approves_it_there_and_the_card_follows(home):
    card = await home.card("scale checkout to 3")
    mine = texts_of((await shown(home, "UALICE", "Scale checkout"))["blocks"])
    assert "Nothing waits for you." in mine
    view = await shown(home, "UBOB", "Scale checkout")
    text = texts_of(view["blocks"])
    assert "spec.replicas: 2 to 3" in text
    assert "production" in text
    await press(home, "UBOB", view, "plan_approve")
    await home.until(card, "Succeeded in")
    after = await home.slack.wait_for(lambda: nothing_waits(home, "UBOB"), 10)
    assert after


async def test_a_click_on_home_that_does_not_count_is_explained_there(home):
    card = await home.card("restart cart")
    view = await shown(home, "UBOB", "Restart")
    await followed_by_nobody(home)
    await home.click(card, "plan_cancel", "UALICE")
    await home.until(card, "Cancelled")
    await press(home, "UBOB", view, "plan_approve")
    told = await home.slack.wait_for(lambda: says(home, "UBOB", "Too late: this plan is cancelled"), 10)
    assert told


async def test_a_viewer_is_offered_nothing_to_approve(home):
    card = await home.card("restart checkout")
    text = texts_of((await shown(home, "UCAROL", "You are *carol*"))["blocks"])
    assert "Nothing waits for you." in text
    await home.click(card, "plan_cancel", "UALICE")
    await home.until(card, "Cancelled")


async def test_it_opens_before_the_clouds_have_answered_and_fills_with_the_viewers_rights(home):
    view = await shown(home, "UDAN", "with your rights")
    text = texts_of(view["blocks"])
    assert "Cluster local" in text and "look into clusters" in text and "approve changes of" in text
    published = [c for c in await home.calls("views.publish") if "UDAN" in str(c)]
    assert "Reading clusters and costs" in str(published[0])
    theirs = texts_of((await shown(home, "UCAROL", "with your rights"))["blocks"])
    assert "Not read: you may not look at it from here" in theirs  # her rights hold in a channel


async def test_who_looks_sees_a_plan_come_and_go_without_opening_it_again(home):
    await shown(home, "UDAN", "with your rights")
    card = await home.card("scale checkout to 4")
    assert await home.slack.wait_for(lambda: says(home, "UDAN", "Approve"), 15)
    await home.click(card, "plan_cancel", "UALICE")
    await home.until(card, "Cancelled")
    assert await home.slack.wait_for(lambda: says(home, "UDAN", "Nothing waits for you."), 15)


async def test_a_guest_gets_no_home(home):
    await home.slack.do("home", user="UGUEST", tab="home")
    view = home.slack.workspace.views.home("UGUEST")
    assert view is None or "Approvals" not in texts_of(view["blocks"])


def nothing_waits(home, user):
    return says(home, user, "Nothing waits for you.")


def says(home, user, words):
    view = home.slack.workspace.views.home(user)
    return view if view and words in texts_of(view["blocks"]) else None

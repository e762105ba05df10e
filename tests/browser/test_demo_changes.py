"""Changes by hand in a real browser: four different ones, one that rolls itself back, two persons, a runbook, the broken glass."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.running import demo, state_of, wanted_pictures
from tests.browser.storyteller import Story

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(600),
]
ABSENT = "registry.shop.example/cart:9.9.9"
WHY = "customers cannot pay and nobody else is awake"


async def test_changes_of_all_kinds_are_approved_proven_taken_back_and_reviewed(open_page, tmp_path):
    pictures = wanted_pictures()
    async with demo(state_of(pictures, tmp_path)) as url:
        alice = await open_page(url, "UALICE", at="#/COPS", strict=False, size="1280x860")
        bob = await open_page(url, "UBOB", at="#/COPS", strict=False)
        dan = await open_page(url, "UDAN", at="#/COPS", strict=False)
        story = Story(alice, bob, pictures, taken=30)
        await _held_and_let_go(story)
        await _bounds(story)
        await _bad_image(story)
        await join(story, dan)
        await _two_persons(story, dan)
        await _instance(story)
        await _runbook(story)
        await _broken_glass(story, dan)
        for page in (alice, bob, dan):
            await page.close()


async def join(story: Story, page: Page) -> None:
    """The thread that Alice has open, in another window."""
    person = re.search(r"as=([A-Z]+)", page.url)
    assert person is not None
    await page.goto(re.sub("as=[A-Z]+", f"as={person[1]}", story.alice.url))
    await expect(page.locator("#thread-scroller .message").first).to_be_visible()


async def _held_and_let_go(story: Story) -> None:
    title = "Suspend CronJob nightly-report"
    await story.begin("@cloudops suspend the cronjob nightly-report")
    await story.bob_joins()
    await story.hears(title, "May approve")
    await story.approve(story.bob, title)
    card = await story.settles("Succeeded in", title)
    await expect(card).to_contain_text(re.compile("suspension.*false.*true", re.DOTALL))
    await story.picture("suspended", card)
    await card.get_by_role("button", name=re.compile("^Undo")).click()
    back = "Undo: Suspend CronJob nightly-report"
    await story.hears(back, "May approve")
    await story.approve(story.bob, back)
    await confirmed(story.bob)
    await story.settles("Succeeded in", back)
    await expect(card.get_by_role("button", name=re.compile("^Undo"))).to_have_count(0)


async def _bounds(story: Story) -> None:
    title = "Let frontend choose between 3 and 8 pods"
    await story.say("let frontend have between 3 and 8 pods")
    await story.hears(title, "May approve")
    await story.approve(story.bob, title)
    card = await story.settles("Succeeded in", title)
    await expect(card).to_contain_text("3 to 8")


async def _bad_image(story: Story) -> None:
    title = f"Set image of cart to {ABSENT}"
    await story.say(f"set the image of cart to {ABSENT}")
    await story.hears(title, "May approve")
    await story.approve(story.bob, title)
    card = await story.settles("Rolled back", title)
    for fact in ("ImagePullBackOff", "the registry does not have its image", "as it was before"):
        await expect(card).to_contain_text(fact)
    await story.picture("image", card)


async def _two_persons(story: Story, dan: Page) -> None:
    """Critical, since nothing takes it back: one of two is not enough, and twice the same person is one."""
    title = "Power-cycle instance train-recsys-1"
    await story.say("hard reset the instance train-recsys-1")
    card = await story.hears(title, "2 of: bob, dan", "critical risk")
    await story.approve(story.bob, title)
    await confirmed(story.bob)
    await expect(card).to_contain_text("bob approved already")
    await story.approve(story.bob, title)
    await confirmed(story.bob)
    await expect(story.said("approved", "already", page=story.bob)).to_be_visible()
    await story.picture("two-persons", card)
    await story.approve(dan, title)
    await confirmed(dan)
    card = await story.settles("Succeeded in", title)
    await expect(card).to_contain_text("Approved by bob and dan")


async def confirmed(page: Page) -> None:
    """What destroys asks once more."""
    await page.get_by_role("alertdialog").get_by_role("button", name=re.compile("^(Approve|Go on)$")).click()


async def _instance(story: Story) -> None:
    title = "Stop instance train-recsys-1"
    await story.say("stop the instance train-recsys-1")
    await story.hears(title, "May approve")
    await story.approve(story.bob, title)
    card = await story.settles("Succeeded in", title)
    await expect(card).to_contain_text("It is STOPPED")


async def _runbook(story: Story) -> None:
    """The third step does not hold: it and the two before are taken back, in reverse."""
    title = "Run release"
    await story.say(f"runbooks run release service=cart memory=512Mi replicas=3 image={ABSENT}")
    card = await story.hears(title, "May approve")
    for fact in (
        "Scale cart from 2 to 3 pods",
        "Set memory limit 512Mi of cart",
        f"Set image of cart to {ABSENT}",
    ):
        await expect(card).to_contain_text(fact)
    await story.approve(story.bob, title)
    card = await story.settles("Rolled back", title)
    await expect(card).to_contain_text("the registry does not have its image")
    await story.picture("runbook", card)


async def _broken_glass(story: Story, dan: Page) -> None:
    title = "Restart deployment payments"
    await story.say("restart payments")
    await story.hears(title, "May approve")
    await dan.get_by_role("button", name=re.compile("^Break glass")).last.click()
    await confirmed(dan)
    window = dan.get_by_role("dialog")
    await window.get_by_role("textbox").fill(WHY)
    await window.get_by_role("button", name="Run it now").click()
    card = await story.settles("Succeeded in", title)
    await expect(card).to_contain_text("dan (broke the glass)")
    await story.picture("broken-glass", card)
    await story.bob.goto(re.sub("#.*", "#/CAUDIT", story.bob.url))
    told = story.bob.locator("#channel-scroller .message", has_text=WHY).last
    await expect(told).to_contain_text("payments")
    await story.say("reviews")
    await story.hears(title, "dan", WHY)

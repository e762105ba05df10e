"""The page for everybody: no WCAG AA violation in either theme, and all of it without a mouse."""

import json
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.bot import form_button
from tests.browser.gallery import CONFIRM, MESSAGES, button
from tests.browser.test_page_inspector import SUMMARY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PROMPTS = [{"title": "What is unhealthy?", "message": "what is unhealthy right now?"}]
STILL = "document.getAnimations().forEach((one) => one.finish && one.effect.getTiming().iterations !== Infinity && one.finish())"


async def violations(page: Page) -> list[str]:
    await page.evaluate(STILL)
    found = await Axe().run(page, options=RULES)
    return [
        f"{one['id']}: {node['target']} {json.dumps(node.get('any', [])[:1])[:400]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_violation_on_any_surface(theme, slack, bot, open_page, screenshots):
    """Channel with every block, thread with a whisper, modal, confirmation, Home, inspector, tour, summary, DM, mention."""

    async def check(page: Page, name: str) -> None:
        if screenshots:
            await page.screenshot(path=screenshots / f"{name}-{theme}.png")
        assert await violations(page) == [], name

    await bot.post_gallery()
    buttons = (form_button(), button("Undo", "approve", confirm=CONFIRM), button("Whisper", "whisper"))
    ts = await bot.ask("Approve?", *buttons, channel="CDEV")
    await bot.client.chat_postMessage(channel="CDEV", thread_ts=ts, text="in the *thread* <@UALICE>")
    page = await open_page(slack.url, theme=theme, at="#/COPS")
    await expect(page.locator("#channel-scroller .message")).to_have_count(len(MESSAGES))
    await check(page, "channel")
    await page.goto(f"{slack.url}/?as=UALICE#/CDEV/{ts}")
    await page.locator("#channel").get_by_role("button", name="Whisper").click()
    await expect(page.locator(".ephemeral")).to_be_visible()
    await expect(page.locator("#thread-pane .message")).to_have_count(2)
    await check(page, "thread")
    await page.locator("#thread-pane").get_by_role("button", name="Give a reason").click()
    await page.get_by_role("dialog").get_by_role("button", name="Send").click()
    await check(page, "modal")
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await page.locator("#thread-pane").get_by_role("button", name="Undo").click()
    await check(page, "confirm")
    await page.keyboard.press("Escape")
    await page.goto(f"{slack.url}/?as=UALICE#/home")
    await expect(page.get_by_role("heading", name="Approvals waiting")).to_be_visible()
    await check(page, "home")
    await page.get_by_role("button", name="Inspector").click()
    await page.locator("#inspector summary").first.click()
    await check(page, "inspector")
    await page.get_by_role("button", name="Tour").click()
    await check(page, "tour")
    slack.controls = summary
    await page.get_by_role("button", name="Summary").click()
    await expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(2)
    await check(page, "summary")
    await page.keyboard.press("Escape")
    await bot.client.assistant_threads_setSuggestedPrompts(channel_id="DALICE", prompts=PROMPTS, title="Try")
    await page.goto(f"{slack.url}/?as=UALICE#/DALICE")
    await expect(page.get_by_role("button", name="What is unhealthy?")).to_be_visible()
    await check(page, "prompts")
    await page.get_by_role("combobox", name=re.compile("^Message")).fill("@clo")
    await expect(page.get_by_role("option", name="@cloudops App")).to_be_visible()
    await check(page, "mention")


async def summary(name: str) -> dict[str, object]:
    return {"ok": True, "text": name, "data": SUMMARY}


async def test_small_windows_keep_everything_reachable(slack, bot, open_page, screenshots):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS", size="390x844")
    await page.get_by_role("button", name="Channels and demo").click()
    await expect(page.get_by_role("link", name="incidents")).to_be_in_viewport(ratio=1)
    if screenshots:
        await page.screenshot(path=screenshots / "small-menu.png")
    assert await violations(page) == []
    await page.get_by_role("link", name="ops", exact=True).click()
    await expect(page.get_by_role("button", name="Tour")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def tab_to(page: Page, look: str, most: int = 80) -> None:
    """Press Tab until the focused element matches `look`; fails when it is never reached."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("(look) => document.activeElement.matches(look)", look):
            return
    pytest.fail(f"Tab never reached {look}")


async def test_a_whole_journey_by_keyboard_alone(slack, bot, open_page):
    """Skip link, write, switch the person by arrows, open a thread, press, confirm, fill in a form, inspect."""
    page = await open_page(slack.url, at="#/COPS")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to messages")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#channel-scroller")).to_be_focused()
    await tab_to(page, "textarea")
    await page.keyboard.type("a question")
    await page.keyboard.press("Enter")
    message = page.locator("#channel-scroller .message")
    await expect(message).to_contain_text("a question")
    ts = await message.get_attribute("data-ts")
    await bot.ask("Sure?", button("Undo", "approve", confirm=CONFIRM), form_button(), thread_ts=ts)
    await expect(page.locator(".thread-link")).to_be_visible()

    await page.keyboard.press("Shift+Tab")  # from the composer back into the messages
    for _ in range(12):
        if await page.evaluate("document.activeElement.matches('.thread-link')"):
            break
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread-composer textarea")).to_be_focused()
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.textContent === 'Undo'"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Go back")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await slack.wait_for(lambda: bot.clicked, 15)

    await tab_to(page, '[data-action="open_form"]')
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    await page.keyboard.type("typed without a mouse")
    await tab_to(page, "[type=submit]")
    await page.keyboard.press("Enter")
    await slack.wait_for(lambda: bot.submitted, 15)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await tab_to(page, "textarea")
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread-pane")).to_be_hidden()


async def test_arrow_keys_choose_the_person_and_walk_over_messages(slack, bot, open_page):
    for text in ("first", "second", "third"):
        await slack.say("UALICE", "COPS", text)
    page = await open_page(slack.url, at="#/COPS")
    await expect(page.locator("#channel-scroller .message")).to_have_count(3)
    await page.locator("#channel-scroller").focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".message").last).to_be_focused()
    await page.keyboard.press("Home")
    await expect(page.locator(".message").first).to_be_focused()
    await page.locator('input[name="person"]:checked').focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#channel-composer select")).to_have_value("UBOB")
    await expect(page.locator('input[name="person"]:checked')).to_be_focused()


async def test_new_messages_and_whispers_are_announced(slack, bot, open_page):
    page = await open_page(slack.url, at="#/COPS")
    await bot.client.chat_postMessage(channel="COPS", text="checkout *is* failing")
    await expect(page.locator("#live-polite")).to_contain_text("cloudops: checkout is failing")
    await bot.client.chat_postEphemeral(channel="COPS", user="UALICE", text="nothing was changed")
    await expect(page.locator("#live-polite")).to_contain_text("Only visible to you: nothing was changed")


async def test_only_the_finished_stream_is_announced(slack, bot, open_page):
    ts = await slack.say("UALICE", "COPS", "why?")
    page = await open_page(slack.url, at=f"#/COPS/{ts}")
    stream = await bot.client.chat_startStream(
        channel="COPS",
        thread_ts=ts,
        recipient_user_id="UALICE",
        recipient_team_id="TLOCAL",
        markdown_text="half a",
    )
    await expect(page.locator(".streaming")).to_be_visible()
    await expect(page.locator("#live-polite")).not_to_contain_text("half")
    await bot.client.chat_stopStream(channel="COPS", ts=stream["ts"], markdown_text=" sentence")
    await expect(page.locator("#live-polite")).to_contain_text("half a sentence")

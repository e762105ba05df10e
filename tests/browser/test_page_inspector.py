"""The inspector, the demo's corner, the tour and the theme."""

import pytest
from playwright.async_api import expect

from tests.browser.gallery import button

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SUMMARY = {
    "rows": [
        {
            "at": 1_764_000_000,
            "what": "refused",
            "who": "alice",
            "outcome": "own plan of <@UALICE>",
            "record": 42,
        },
        {
            "at": 1_764_000_060,
            "what": "changed",
            "who": "bob",
            "outcome": "succeeded",
            "record": 43,
        },
    ],
    "steps": [{"title": f"Step {n}", "command": f"command {n}"} for n in range(6)],
}


async def test_each_envelope_is_listed_with_its_ack_and_payload(slack, bot, open_page):
    await bot.ask("Approve?", button("Approve", "approve"))
    page = await open_page(slack.url, at="#/COPS")
    await page.get_by_role("button", name="Inspector").click()
    inspector = page.get_by_role("complementary", name="Delivery inspector")
    await page.get_by_role("button", name="Approve", exact=True).click()
    row = inspector.locator(".rows li", has_text="block_actions approve")
    await expect(row).to_contain_text("ack")
    await row.locator("summary").click()
    await expect(row.locator("pre").first).to_contain_text('"action_id": "approve"')
    await inspector.get_by_role("tab", name="Web API").click()
    await expect(inspector.locator(".rows li", has_text="chat.postMessage")).to_contain_text("ok")


async def test_a_message_is_shown_as_json(slack, bot, open_page):
    await slack.say("UALICE", "COPS", "hello")
    page = await open_page(slack.url, at="#/COPS")
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Show as JSON").click()
    await expect(page.locator("#inspector pre")).to_contain_text('"text": "hello"')


async def test_a_fault_is_ordered_from_the_page(slack, open_page):
    page = await open_page(slack.url)
    await page.get_by_role("button", name="Inspector").click()
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_role("button", name="Rate-limit the next post").click()
    await expect(page.locator(".toast")).to_be_visible()
    [fault] = (await slack.see("faults"))["faults"]
    assert fault["method"] == "chat.postMessage"


async def test_the_strip_says_how_the_bot_is(slack, open_page):
    page = await open_page(slack.url)
    strip = page.locator(".bot-strip")
    await expect(strip).to_contain_text("cloudops is up")
    slack.bot_state = {"state": "down", "restarts": 0, "note": "killed"}
    await expect(strip).to_contain_text("cloudops is down")
    slack.bot_state = {"state": "up", "restarts": 1, "note": "offline planner; set GROQ_API_KEY for a model"}
    await expect(strip).to_contain_text("1 restart")
    await expect(strip).to_contain_text("set GROQ_API_KEY for a model")


async def test_of_several_bots_each_is_shown_and_killed_or_started_by_its_own_button(slack, open_page):
    asked = []

    async def controls(name):
        asked.append(name)
        return {"ok": True, "text": f"done: {name}", "data": {}}

    slack.controls = controls
    rows = [{"name": "bot 1", "state": "up"}, {"name": "bot 2", "state": "down"}]
    slack.bot_state = {"state": "up", "restarts": 1, "note": "", "replicas": rows}
    page = await open_page(slack.url)
    bots = page.get_by_role("list", name="Bots")
    await expect(bots.get_by_role("listitem")).to_have_count(2)
    await expect(bots).to_contain_text("bot 2 is down")
    for name in ("Kill bot 1", "Start bot 2", "Kill the worker"):
        await page.get_by_role("button", name=name).click()
        await expect(page.locator(".toast").last).to_contain_text("done")
    assert asked == ["kill_bot_1", "start_bot_2", "kill_bot"]
    slack.bot_state = {"state": "up", "restarts": 0, "note": ""}
    await expect(bots).to_be_hidden()
    await expect(page.get_by_role("button", name="Kill the bot")).to_be_visible()


async def test_the_demo_buttons_show_the_supervisors_words(slack, bot, open_page):
    asked = []

    async def controls(name):
        asked.append(name)
        data = SUMMARY if name == "summary" else {"exit": 1}
        return {"ok": True, "text": "TAMPERED: first bad record 17", "data": data}

    slack.controls = controls
    page = await open_page(slack.url)
    await page.get_by_role("button", name="Verify").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("TAMPERED: first bad record 17")
    await expect(dialog).to_contain_text("Exit code 1")
    await dialog.get_by_role("button", name="Close").last.click()
    await page.get_by_role("button", name="Summary").click()
    await expect(dialog.locator("tbody tr")).to_have_count(2)
    await expect(dialog.locator("tbody tr").first).to_contain_text("own plan of @alice")
    await expect(dialog).to_contain_text("Use it on your own cluster, read-only, in six steps")
    await dialog.get_by_role("button", name="Show audit record #42").click()
    await expect(page.locator(".ephemeral")).to_contain_text("You asked for audit show 42")
    assert asked == ["verify", "summary"]


async def test_without_a_supervisor_the_buttons_say_so(slack, open_page):
    page = await open_page(slack.url)
    await page.get_by_role("button", name="Kill the bot").click()
    await expect(page.locator(".toast")).to_contain_text("started without its demo")


async def test_the_tour_types_for_a_person_and_presses_the_newest_button(slack, bot, open_page):
    ts = await bot.ask(
        "checkout is failing: 14 alerts are 1 incident", button("Approve", "settle"), channel="CINCIDENTS"
    )
    page = await open_page(slack.url)
    await page.get_by_role("button", name="Tour").click()
    tour = page.get_by_role("region", name="Tour")
    await tour.get_by_role("button", name="Next").click()
    await tour.get_by_role("button", name="Type this for me as Alice").click()
    await expect(page.locator("#thread-pane .message").last).to_contain_text(
        "@cloudops why is checkout failing?"
    )
    assert page.url.endswith(f"#/CINCIDENTS/{ts}")
    for _ in range(5):
        await tour.get_by_role("button", name="Next", exact=True).click()
    await tour.get_by_role("button", name="Press the button as Bob").click()
    await expect(page.locator("#thread-pane .message").first).to_contain_text("Approved by @bob")


async def test_the_theme_follows_the_system_until_a_person_chooses(slack, open_page):
    page = await open_page(slack.url, theme="dark")
    html = page.locator("html")
    await expect(html).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Use the light theme").click()
    await expect(html).to_have_attribute("data-theme", "light")
    await page.reload()
    await expect(html).to_have_attribute("data-theme", "light")

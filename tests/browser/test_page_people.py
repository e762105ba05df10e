"""What people do on the page: write, click, confirm, fill in forms, switch person; and what each of them sees."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from sandbox.slack import LocalSlack, Timing
from tests.browser.bot import GalleryBot, form_button
from tests.browser.gallery import CONFIRM, button, option

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def composer(page):
    return page.get_by_role("combobox", name=re.compile("^Message"))


async def test_a_mention_is_completed_sent_as_an_id_and_shown_as_a_name(slack, open_page):
    page = await open_page(slack.url, at="#/COPS")
    await composer(page).fill("@clo")
    await expect(page.get_by_role("option", name="@cloudops App")).to_be_visible()
    await composer(page).press("Enter")
    await composer(page).press_sequentially("why is <b> & checkout failing?")
    await composer(page).press("Enter")
    message = page.locator("#channel-scroller .message").last
    await expect(message).to_contain_text("@cloudops why is <b> & checkout failing?")
    [stored] = (await slack.see("messages", channel="COPS"))["messages"]
    assert stored["text"] == "<@UCLOUDOPS> why is &lt;b&gt; &amp; checkout failing?"


async def test_a_slash_command_is_offered_from_the_manifest_and_its_answer_is_for_one_person(
    slack, bot, open_page
):
    alice = await open_page(slack.url, "UALICE", at="#/COPS")
    carol = await open_page(slack.url, "UCAROL", at="#/COPS")
    await composer(alice).fill("/")
    await expect(alice.get_by_role("option", name="/cloudops")).to_be_visible()
    await composer(alice).press("Tab")
    await expect(alice.get_by_role("option", name="whoami")).to_be_visible()
    await composer(alice).press_sequentially("who")
    await composer(alice).press("Tab")
    await composer(alice).press("Enter")
    whispered = alice.locator(".ephemeral")
    await expect(whispered).to_contain_text("You asked for whoami")
    await expect(whispered).to_contain_text("Only visible to you")
    await expect(carol.locator(".ephemeral")).to_have_count(0)
    await whispered.get_by_role("button", name="Dismiss message").click()
    await expect(whispered).to_have_count(0)


async def test_a_slash_command_in_a_thread_is_refused_as_slack_does(slack, bot, open_page):
    ts = await slack.say("UALICE", "COPS", "a thread")
    page = await open_page(slack.url, at=f"#/COPS/{ts}")
    reply = page.get_by_role("combobox", name=re.compile("^Reply"))
    await reply.fill("/cloudops help ")
    await reply.press("Enter")
    await expect(page.locator("#thread-composer").get_by_role("alert")).to_contain_text(
        "/cloudops is not supported in threads. Sorry!"
    )
    assert (await slack.see("deliveries"))["deliveries"] == [] or all(
        row["type"] != "slash_commands" for row in (await slack.see("deliveries"))["deliveries"]
    )


async def test_an_unknown_command_is_refused_with_what_is_known(slack, open_page):
    page = await open_page(slack.url, at="#/COPS")
    await composer(page).fill("/deploy now")
    await composer(page).press("Enter")
    await expect(page.locator("#channel-composer").get_by_role("alert")).to_contain_text(
        "Known here: /cloudops"
    )


async def test_a_button_with_a_confirmation_asks_first_and_sends_nothing_when_refused(slack, bot, open_page):
    await bot.ask("Roll back?", button("Roll back", "approve", style="danger", confirm=CONFIRM))
    page = await open_page(slack.url, at="#/COPS")
    press = page.get_by_role("button", name="Roll back", exact=True)
    await press.click()
    dialog = page.get_by_role("alertdialog", name="Roll back checkout?")
    await expect(dialog).to_contain_text("Six pods of shop/checkout")
    await expect(dialog.get_by_role("button", name="Go back")).to_be_focused()
    await dialog.get_by_role("button", name="Go back").click()
    await expect(press).to_be_focused()
    assert bot.clicked == []
    await press.click()
    await dialog.get_by_role("button", name="Roll back").click()
    await slack.wait_for(lambda: bot.clicked, 15)
    assert bot.clicked[0]["user"]["id"] == "UALICE"


async def test_the_focus_comes_back_after_a_confirmation_though_the_card_was_drawn_anew(
    slack, bot, open_page
):
    press = button("Roll back", "approve", style="danger", confirm=CONFIRM)
    ts = await bot.ask("Roll back?", press)
    page = await open_page(slack.url, at="#/COPS")
    await page.get_by_role("button", name="Roll back", exact=True).click()
    dialog = page.get_by_role("alertdialog", name="Roll back checkout?")
    await expect(dialog.get_by_role("button", name="Go back")).to_be_focused()
    blocks = [{"type": "actions", "elements": [press]}]
    await bot.client.chat_update(channel="COPS", ts=ts, text="Changed meanwhile", blocks=blocks)
    await expect(page.locator(".message .edited")).to_be_visible()
    await dialog.get_by_role("button", name="Go back").click()
    await expect(page.get_by_role("button", name="Roll back", exact=True)).to_be_focused()


async def test_what_comes_in_takes_nobody_the_focus_nor_closes_what_is_open(slack, bot, open_page):
    ts = await bot.ask("Roll back?", button("Roll back", "approve"))
    page = await open_page(slack.url, at="#/COPS")
    reply = page.locator(f'[data-ts="{ts}"]').get_by_role("link", name="Reply in thread")
    await reply.focus()
    await page.evaluate("ts => (window.row = document.querySelector(`[data-ts='${ts}']`))", ts)
    await bot.ask("An alert", button("Look", "cancel"))
    await expect(page.get_by_role("button", name="Look")).to_be_visible()
    await expect(reply).to_be_focused()
    assert await page.evaluate("window.row.isConnected"), "a message that did not change was drawn anew"
    await bot.ask("A reply", button("Look there", "cancel"), thread_ts=ts)
    await expect(page.locator(".thread-link")).to_be_visible()
    await expect(reply).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread-pane")).to_be_visible()


async def test_another_person_sees_the_edited_card_and_only_the_clicker_the_refusal(slack, bot, open_page):
    await bot.ask("Approve?", button("Approve", "settle"), button("Approve mine", "whisper"))
    alice, bob = await open_page(slack.url, at="#/COPS"), await open_page(slack.url, "UBOB", at="#/COPS")
    await alice.get_by_role("button", name="Approve mine").click()
    await expect(alice.locator(".ephemeral")).to_contain_text("Another person must approve")
    await expect(bob.locator(".ephemeral")).to_have_count(0)
    await bob.get_by_role("button", name="Approve", exact=True).click()
    for page in (alice, bob):
        await expect(page.locator(".message").first).to_contain_text("Approved by @bob")
        await expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    await expect(alice.locator(".edited").first).to_have_text("(edited)")


async def test_selects_menus_dates_and_boxes_reach_the_bot_in_slacks_shape(slack, bot, open_page):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    await page.locator('select[data-action="pick"]').select_option("stg")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Withdraw").click()
    await page.locator('select[data-action="who"]').select_option("UBOB")
    await page.get_by_label("Tell me when it is done").check()
    await page.get_by_label("Later").check()
    await page.locator('input[type="date"]').fill("2026-12-24")
    await page.get_by_role("button", name="Bad answer").click()
    await slack.wait_for(lambda: len(bot.clicked) >= 7 or None, 15)
    by_id = {body["actions"][0]["action_id"]: body["actions"][0] for body in bot.clicked}
    assert by_id["pick"]["selected_option"] == option("shop-stg", "stg")
    assert by_id["more"]["selected_option"]["value"] == "w"
    assert by_id["who"]["selected_user"] == "UBOB"
    assert [one["value"] for one in by_id["boxes"]["selected_options"]] == ["tell"]
    assert by_id["radio"]["selected_option"]["value"] == "later"
    assert by_id["day"]["selected_date"] == "2026-12-24"
    assert by_id["feedback"]["value"] == "bad"


async def test_a_button_for_one_person_is_shown_to_that_person_only(slack, bot, open_page):
    await bot.post_gallery()
    alice, bob = await open_page(slack.url, at="#/COPS"), await open_page(slack.url, "UBOB", at="#/COPS")
    await expect(bob.get_by_role("button", name="Only Bob sees this")).to_be_visible()
    await expect(alice.get_by_role("button", name="Only Bob sees this")).to_have_count(0)


async def test_a_form_tells_an_error_at_its_field_keeps_what_was_typed_and_closes_when_it_is_right(
    slack, bot, open_page
):
    await bot.ask("Why?", form_button())
    page = await open_page(slack.url, at="#/COPS")
    await page.get_by_role("button", name="Give a reason").click()
    form = page.get_by_role("dialog", name="Why this change?")
    reason = form.get_by_label("Reason")
    await expect(reason).to_be_focused()
    await form.get_by_role("button", name="Send").click()
    await expect(form.locator(".field-error").first).to_have_text("Please complete this required field.")
    await reason.fill("short")
    await form.get_by_role("button", name="Send").click()
    await expect(form.locator(".field-error").first).to_have_text("Say it in ten characters or more.")
    await expect(reason).to_have_value("short")
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await expect(reason).to_be_focused()
    await reason.fill("the pool is five times too large")
    await form.get_by_label("Risk").select_option("low")
    await form.get_by_role("button", name="Send").click()
    await expect(form).to_have_count(0)
    assert bot.submitted[0]["why"]["text"]["value"] == "the pool is five times too large"
    assert bot.submitted[0]["risk"]["level"]["selected_option"]["value"] == "low"


async def test_a_form_that_is_open_comes_back_after_a_reload_and_cancel_closes_it_for_the_bot(
    slack, bot, open_page
):
    await bot.ask("Why?", form_button())
    page = await open_page(slack.url, at="#/COPS")
    await page.get_by_role("button", name="Give a reason").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.reload()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await slack.wait_for(lambda: not slack.workspace.views.stack("UALICE"), 15)


async def test_a_bot_that_does_not_answer_is_told_in_words(manifest, open_page):
    async with LocalSlack(manifest, timing=Timing(ack=0.2)) as hasty, GalleryBot(hasty) as bot:
        await bot.ask("Press", button("Press me", "silent"))
        page = await open_page(hasty.url, at="#/COPS")
        await page.get_by_role("button", name="Press me").click()
        await expect(page.locator(".toast")).to_contain_text("did not answer within 3 seconds")


async def test_the_home_tab_is_fetched_and_its_buttons_work(slack, bot, open_page):
    page = await open_page(slack.url, at="#/home")
    await expect(page.get_by_role("heading", name="Approvals waiting")).to_be_visible()
    await page.get_by_role("button", name="Open", exact=True).click()
    await slack.wait_for(lambda: bot.clicked, 15)
    assert bot.clicked[0]["container"]["type"] == "view"


async def test_switching_the_person_changes_what_is_seen_and_who_writes(slack, open_page):
    page = await open_page(slack.url, at="#/COPS")
    await page.get_by_label("guest, Contractor").check(force=True)
    rows = page.locator("#conversations .side-name")
    await expect(rows).to_have_text(["dev", "cloudops", "cloudops home"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("#dev")
    await composer(page).fill("hello from the guest")
    await composer(page).press("Enter")
    await expect(page.locator(".message").last).to_contain_text("GUEST")
    await page.locator("#channel-composer select").select_option("UEVE")
    await expect(rows).to_have_text(["shared-partner"])


async def test_unread_channels_are_marked_until_they_are_opened(slack, open_page):
    page = await open_page(slack.url, at="#/COPS")
    ops = page.get_by_role("link", name="dev")
    await slack.say("UBOB", "CDEV", "something new")
    await expect(ops).to_contain_text("unread")
    await ops.click()
    await expect(page.locator("#channel-scroller .message")).to_contain_text("something new")
    await expect(ops).not_to_contain_text("unread")


async def test_an_answer_that_comes_late_does_not_undo_what_was_heard_since(slack, open_page):
    """The list is asked for, a message arrives, then comes the list without it: the message stays."""
    page = await open_page(slack.url, at="#/COPS")
    asked, late = asyncio.Event(), asyncio.Event()

    async def hold(route):
        answer = await route.fetch()
        asked.set()
        await late.wait()
        await route.fulfill(response=answer)

    await page.route("**/local/messages?*channel=CDEV*", hold)
    await page.get_by_role("link", name="dev", exact=True).click()
    await asked.wait()
    await slack.say("UBOB", "CDEV", "heard while waiting")
    message = page.locator("#channel-scroller .message")
    await expect(message).to_contain_text("heard while waiting")
    async with page.expect_response("**/local/messages?*channel=CDEV*"):
        late.set()
    await page.wait_for_timeout(200)
    await expect(message).to_contain_text("heard while waiting")


async def test_the_newest_message_is_in_view_and_a_tall_one_from_its_beginning(slack, bot, open_page):
    for number in range(30):
        await slack.say("UALICE", "COPS", f"line {number}")
    page = await open_page(slack.url, at="#/COPS")
    shown = page.locator("#channel-scroller")
    await expect(shown.get_by_text("line 29")).to_be_in_viewport()
    tall = "first row\n" + "\n".join(f"row {number}" for number in range(80))
    await bot.client.chat_postMessage(channel="COPS", text=tall)
    await expect(shown.locator(".message").last.locator(".author")).to_be_in_viewport()
    await shown.hover()
    await page.mouse.wheel(0, -3000)
    await expect(shown.get_by_text("line 1", exact=True)).to_be_in_viewport()
    await slack.say("UBOB", "COPS", "while reading above")
    await expect(shown.get_by_text("while reading above")).to_have_count(1)
    await expect(shown.get_by_text("line 1", exact=True)).to_be_in_viewport()


async def test_a_thread_has_an_address_and_its_replies_are_counted_at_the_parent(slack, bot, open_page):
    ts = await slack.say("UALICE", "COPS", "why is checkout failing?")
    page = await open_page(slack.url, at=f"#/COPS/{ts}")
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.locator(".message")).to_have_count(1)
    await bot.client.chat_postMessage(channel="COPS", thread_ts=ts, text="because of its pool")
    await expect(thread.locator(".message").last).to_contain_text("because of its pool")
    await expect(page.locator("#channel-scroller .thread-link")).to_contain_text("1 reply")
    await page.keyboard.press("Escape")
    await expect(thread).to_be_hidden()
    assert page.url.endswith("#/COPS")


async def test_a_streamed_message_grows_in_place_and_the_status_names_the_step(slack, bot, open_page):
    ts = await slack.say("UALICE", "COPS", "why?")
    page = await open_page(slack.url, at=f"#/COPS/{ts}")
    client, thread = bot.client, page.locator("#thread-pane")
    await client.assistant_threads_setStatus(channel_id="COPS", thread_ts=ts, status="is reading logs…")
    await expect(thread.locator(".bot-status")).to_contain_text("cloudops is reading logs…")
    stream = await client.chat_startStream(
        channel="COPS",
        thread_ts=ts,
        recipient_user_id="UALICE",
        recipient_team_id="TLOCAL",
        markdown_text="The cause",
    )
    await expect(thread.locator(".streaming")).to_contain_text("The cause")
    await client.chat_appendStream(channel="COPS", ts=stream["ts"], markdown_text=" is the **pool**.")
    await expect(thread.locator(".streaming")).to_contain_text("The cause is the pool.")
    await client.chat_stopStream(channel="COPS", ts=stream["ts"])
    await expect(thread.locator(".streaming")).to_have_count(0)
    await expect(thread.locator(".message")).to_have_count(2)
    await expect(thread.locator(".bot-status")).to_be_empty()


async def test_a_deleted_message_goes_from_the_page(slack, bot, open_page):
    answer = await bot.client.chat_postMessage(channel="COPS", text="a mistake")
    page = await open_page(slack.url, at="#/COPS")
    await expect(page.locator("#channel-scroller .message")).to_have_count(1)
    await bot.client.chat_delete(channel="COPS", ts=answer["ts"])
    await expect(page.locator("#channel-scroller .message")).to_have_count(0)


async def test_people_edit_and_delete_their_own_messages_and_nobody_elses(slack, open_page):
    await slack.say("UALICE", "COPS", "@cloudops restart\nchekout &lt;now&gt;")
    await slack.say("UBOB", "COPS", "not mine")
    page = await open_page(slack.url, at="#/COPS")
    mine, other = (
        page.locator("#channel-scroller .message").first,
        page.locator("#channel-scroller .message").last,
    )
    await other.hover()
    await expect(other.get_by_role("button", name="Edit message")).to_have_count(0)
    await mine.hover()
    await mine.get_by_role("button", name="Edit message").click()
    text = page.get_by_role("dialog").get_by_label("Message")
    await expect(text).to_have_value("@cloudops restart\nchekout <now>")
    await text.fill("@cloudops restart checkout")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(mine).to_contain_text("@cloudops restart checkout")
    await expect(mine.locator(".edited")).to_be_visible()
    await mine.hover()
    await mine.get_by_role("button", name="Delete message").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(page.locator("#channel-scroller .message")).to_have_count(1)
    await expect(other).to_contain_text("not mine")


async def test_suggested_prompts_are_offered_and_said_on_a_click(slack, bot, open_page):
    prompts = [{"title": "What is unhealthy?", "message": "what is unhealthy right now?"}]
    await bot.client.assistant_threads_setSuggestedPrompts(channel_id="DALICE", prompts=prompts, title="Try")
    page = await open_page(slack.url, at="#/DALICE")
    await page.get_by_role("button", name="What is unhealthy?").click()
    await expect(page.locator("#channel-scroller .message")).to_contain_text("what is unhealthy right now?")

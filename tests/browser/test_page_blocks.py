"""Every block of Block Kit becomes something to see, built from data without becoming markup."""

import pytest
from playwright.async_api import expect

from tests.browser.gallery import INJECTION, MESSAGES, button, mrkdwn

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_every_kind_of_block_is_shown_and_none_as_json(slack, bot, open_page):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    await expect(page.locator("#channel-scroller .message")).to_have_count(len(MESSAGES))
    for kind in {block["type"] for blocks in MESSAGES.values() for block in blocks}:
        shown = page.locator(f"#channel-scroller .block-{kind.replace('_', '-')}").first
        await expect(shown).to_be_visible()
        assert (await shown.inner_text()).strip() or await shown.locator("svg, button, hr").count(), kind
    await expect(page.locator(".unknown")).to_have_count(0)


async def test_mrkdwn_is_read_as_slack_reads_it(slack, bot, open_page):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    section = page.locator(".section-text").first
    assert await section.locator("strong").first.inner_text() == "bold"
    assert await section.locator("em").inner_text() == "italic"
    assert await section.locator("s").inner_text() == "strike"
    assert await section.locator("code").inner_text() == "code"
    assert await section.locator("a").first.get_attribute("href") == "https://example.com/a?b=1"
    assert await section.locator(".mention").all_inner_texts() == ["@bob", "#ops"]
    assert await section.locator("time").inner_text() == "Nov 24, 2025 4:00 PM"
    assert "1 < 2 & 3 > 2" in await section.inner_text()
    assert await section.locator("blockquote").inner_text() == "quoted line"
    assert await section.locator("pre").inner_text() == "kubectl get pods\n<none>"


async def test_markdown_tables_lists_and_code_are_shown_and_script_addresses_are_not_live(
    slack, bot, open_page
):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    shown = page.locator(".block-markdown")
    assert await shown.locator("tbody tr").count() == 2
    assert await shown.locator("ol > li").count() == 2
    assert await shown.locator("ol ul li").inner_text() == "70 s later"
    assert 'DB_POOL_SIZE: "50"' in await shown.locator("pre").inner_text()
    assert await shown.locator("a").all_inner_texts() == ["the runbook"]


async def test_a_data_table_sorts_filters_and_turns_pages(slack, bot, open_page):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    table = page.locator(".data-table")
    first = table.locator("tbody th").first
    await expect(table.locator("tbody tr")).to_have_count(3)
    await table.get_by_role("button", name="Restarts").click()
    await expect(first).to_have_text("checkout-7")
    await table.get_by_role("button", name="Next").click()
    await expect(first).to_have_text("checkout-4")
    await table.get_by_role("searchbox").fill("checkout-2")
    await expect(table.locator("tbody tr")).to_have_count(1)
    await expect(table.locator("caption")).to_have_text("Pods of checkout")


async def test_a_chart_names_itself_and_gives_its_data_as_a_table(slack, bot, open_page):
    await bot.post_gallery()
    page = await open_page(slack.url, at="#/COPS")
    line = page.get_by_role("img", name="line chart: Connections of orders-db")
    assert "used: from 20 to 100 connections, highest 100" in await line.get_attribute("aria-label")
    figure = page.locator("figure.chart", has_text="Connections of orders-db")
    await figure.locator("summary").click()
    assert await figure.locator("tbody tr").first.inner_text() == "09:00\t20\t12"
    await expect(page.get_by_role("img", name="pie chart: Cost by service")).to_be_visible()


async def test_html_in_any_text_stays_text(slack, bot, open_page):
    """Deleting the one rule (text becomes text nodes) would run this."""
    escaped = INJECTION.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": INJECTION}},
        {"type": "section", "text": mrkdwn(escaped), "fields": [{"type": "plain_text", "text": INJECTION}]},
        {"type": "section", "text": {"type": "plain_text", "text": INJECTION}},
        {"type": "markdown", "text": f"{INJECTION} <b>b</b> [x](javascript:window.pwned=1)"},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": INJECTION}]}],
        },
        {"type": "actions", "elements": [button(INJECTION[:70], "approve")]},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": INJECTION}], [{"type": "raw_text", "text": INJECTION}]],
        },
    ]
    await bot.client.chat_postMessage(channel="COPS", text=INJECTION, blocks=blocks)
    await bot.client.chat_postMessage(channel="COPS", text=escaped, username="<b>x</b>")
    await slack.say("UALICE", "COPS", escaped)
    page = await open_page(slack.url, at="#/COPS")
    await expect(page.locator(".message")).to_have_count(3)
    inside = page.locator("#channel-scroller")
    assert await inside.locator("img, script, b, iframe").count() == 0
    assert await inside.locator('a[href^="javascript"]').count() == 0
    assert await page.evaluate("window.pwned") is None
    assert (await inside.inner_text()).count("<script>") >= 6


async def test_the_policy_lets_no_inline_script_or_style_run(slack, open_page):
    page = await open_page(slack.url, strict=False)
    run = """() => new Promise((done) => {
        const node = document.createElement("script");
        node.textContent = "window.inline = 1";
        document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective), { once: true });
        document.head.append(node);
    })"""
    problem = await page.evaluate(run)
    assert problem.startswith("script-src")
    assert await page.evaluate("window.inline") is None

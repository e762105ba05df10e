"""Chromium for the page: one browser a session, one workspace and fresh pages a test. Also for journeys through the whole demo."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack
from tests.browser.bot import GalleryBot

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 30_000  # a busy machine is slow, not wrong
OpenPage = Callable[..., Awaitable[Page]]
expect.set_options(timeout=PATIENCE_MS)


def chromium_program() -> str:
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), "")
    if not found:
        pytest.skip("chromium is missing: scripts/servers chromium installs it")
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    program = chromium_program()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(chromium: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(url, "UALICE", theme="dark", at="#/COPS")`: a page of its own, as that person.

    What the page logs as an error or throws fails the test that opened it, unless `strict` is false.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    async def open_(
        url: str,
        person: str = "UALICE",
        *,
        theme: str = "light",
        at: str = "",
        size: str = "1440x900",
        strict: bool = True,
    ) -> Page:
        width, height = (int(part) for part in size.split("x"))
        context = await chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, locale="en-US", timezone_id="UTC"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = await context.new_page()
        if strict:
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        await page.goto(f"{url}/?as={person}{at}")
        await page.wait_for_selector("body[data-ready]")
        return page

    yield open_
    for context in contexts:
        await context.close()
    assert not [line for line in problems if "Failed to load resource" not in line], problems


@pytest.fixture(scope="session")
def manifest(root: Path) -> dict:
    return json.loads((root / "deploy/slack/manifest.json").read_text())


@pytest_asyncio.fixture(loop_scope="session")
async def slack(manifest: dict) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest) as workspace:
        workspace.bot_state = {"state": "up", "pid": 1, "restarts": 0, "note": "offline planner"}
        yield workspace


@pytest_asyncio.fixture(loop_scope="session")
async def bot(slack: LocalSlack) -> AsyncIterator[GalleryBot]:
    """A real slack-bolt app on a real socket that shows one of everything."""
    async with GalleryBot(slack) as running:
        yield running


@pytest.fixture
def client(bot: GalleryBot) -> AsyncWebClient:
    return bot.client


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    """A folder for pictures, when somebody wants to look: SCREENSHOTS=/some/folder."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None

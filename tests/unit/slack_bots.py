"""A local workspace and, where a test wants one, an unmodified bolt bot connected to it."""

import copy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Timing

ROOT = Path(__file__).resolve().parents[2]
OURS: dict[str, Any] = json.loads((ROOT / "deploy" / "slack" / "manifest.json").read_text())
QUICK = Timing(ack=0.4, retries=(0.0, 0.05, 0.1), refresh_notice=0.02)
BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"},
        ],
    }
]


def manifest(
    *, scopes: tuple[str, ...] = (), events: tuple[str, ...] = (), without: tuple[str, ...] = (), **parts: Any
) -> dict[str, Any]:
    """Our own manifest with scopes and events added or (`without`) taken away."""
    made = copy.deepcopy(OURS)
    bot = made["oauth_config"]["scopes"]
    bot["bot"] = [name for name in (*bot["bot"], *scopes) if name not in without]
    heard = made["settings"]["event_subscriptions"]
    heard["bot_events"] = [name for name in (*heard["bot_events"], *events) if name not in without]
    made["features"] |= parts
    return made


@asynccontextmanager
async def workspace(
    declared: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[tuple[LocalSlack, AsyncWebClient]]:
    """The workspace and a client that holds the bot's token."""
    options.setdefault("timing", QUICK)
    async with LocalSlack(declared or manifest(), **options) as slack, aiohttp.ClientSession() as http:
        yield slack, AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=http)


@asynccontextmanager
async def bot(
    register: Callable[[AsyncApp], None],
    declared: dict[str, Any] | None = None,
    links: int = 1,
    **options: Any,
) -> AsyncIterator[LocalSlack]:
    """A workspace with a bolt bot on `links` Socket Mode links."""
    async with workspace(declared, **options) as (slack, _client), late(slack, register, links):
        yield slack


@asynccontextmanager
async def late(
    slack: LocalSlack, register: Callable[[AsyncApp], None], links: int = 1
) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """A bolt bot for a workspace that runs already."""
    async with aiohttp.ClientSession() as http:
        app = AsyncApp(client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=http))
        register(app)
        handlers = [AsyncSocketModeHandler(app, slack.app_token) for _ in range(links)]
        for handler in handlers:
            await handler.connect_async()
        await slack.wait_for(lambda: len(slack.workspace.links) >= links)
        try:
            yield handlers
        finally:
            await slack.workspace.courier.stop()
            for handler in handlers:
                await handler.close_async()


def silent(app: AsyncApp) -> None:
    """A bot that hears messages and mentions and does nothing."""
    for name in ("app_mention", "message", "app_home_opened"):
        app.event(name)(ignore)


async def ignore(event: dict[str, Any]) -> None:
    del event

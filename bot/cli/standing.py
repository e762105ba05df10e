"""What Slack says about people, for a command that decides: its word where it answers, `unknown` where it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from agents.people import Actor

if TYPE_CHECKING:
    from agents.changes.ports import Accounts
    from bot.settings import Settings

SECONDS = 3


class Nobody:
    """Without Slack's token nobody can be asked."""

    async def actor(self, account: str) -> Actor:
        team, _, user = account.partition(":")
        return Actor(team, user, standing="unknown")


class OfItsTeam:
    """Of each account Slack is asked in its own workspace."""

    def __init__(self, client: object) -> None:
        self._client = client

    async def actor(self, account: str) -> Actor:
        from bot.directory import Directory
        from bot.people import DirectoryAccounts

        team = account.partition(":")[0]
        directory = Directory(self._client, frozenset({team}))  # type: ignore[arg-type]
        return await DirectoryAccounts(directory).actor(account)


@asynccontextmanager
async def slack_or_nobody(settings: Settings) -> AsyncIterator[Accounts]:
    token = settings.slack_bot_token
    if token is None:
        yield Nobody()
        return
    import aiohttp

    from bot.slackclient import web_client

    async with aiohttp.ClientSession() as http:
        yield OfItsTeam(web_client(token.get_secret_value(), settings.slack_api_url, http, SECONDS))

"""What the policy and the change engine ask about accounts and user groups, answered from Slack."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from agents.people import Actor
from agents.policy import Members, Policy
from bot.directory import Directory

NEVER = Members(frozenset(), float("inf"))
REFRESH_S = 45.0
log = structlog.get_logger(__name__)


@dataclass
class DirectoryAccounts:
    """An approver is looked at again when a plan runs: their standing now, not the one they clicked with."""

    directory: Directory

    async def actor(self, account: str) -> Actor:
        team, _, user = account.partition(":")
        profile = await self.directory.person(user, team)
        # `unknown` is a Slack that says nothing: a key may stand in for that, and not for one that says no.
        standing = "deactivated" if profile.missing else profile.standing
        return Actor(team, user, name=profile.name, standing=standing)


@dataclass
class SlackGroups:
    """Members of the user groups that the policy names, and how old that knowledge is."""

    client: AsyncWebClient
    policy: Callable[[], Policy]
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def members(self, group: str) -> Members:
        found = self._known.get(group)
        return Members(found[1], self.clock() - found[0]) if found else NEVER

    async def refresh(self) -> None:
        """Read each group again. What Slack does not answer grows old, and old knowledge grants no change."""
        for part in self.policy().file.groups.values():
            if part.slack_usergroup:
                await self._refresh(part.slack_usergroup)

    async def _refresh(self, group: str) -> None:
        team, _, usergroup = group.partition(":")
        try:
            answer = await self.client.usergroups_users_list(usergroup=usergroup)
        except (SlackApiError, TimeoutError, aiohttp.ClientError) as error:
            log.warning("usergroup_not_read", group=group, reason=type(error).__name__)
            return
        users = answer.get("users") or []
        self._known[group] = (self.clock(), frozenset(f"{team}:{user}" for user in users))

"""What Slack says about people and channels, cached for as long as it may be trusted.

A person's standing decides about rights, so it is re-read every minute; when Slack cannot be asked, what was read
stands for five minutes and then becomes `unknown`, which may do nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

FRESH_S = 60.0
STALE_S = 300.0
CHANNEL_FRESH_S = 600.0

Standing = Literal["member", "guest", "outsider", "bot", "deactivated", "unknown"]


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    standing: Standing
    missing: bool = False  # Slack says that there is nobody of that id
    zone: str = ""  # of their clock, as they told Slack


UNKNOWN = Profile(name="", standing="unknown")
MISSING = Profile(name="", standing="unknown", missing=True)


@dataclass
class Directory:
    """`home` are the installed teams and organisations."""

    client: AsyncWebClient
    home: frozenset[str]
    clock: Callable[[], float] = time.monotonic
    _people: dict[str, tuple[float, Profile]] = field(default_factory=dict)
    _channels: dict[str, tuple[float, bool]] = field(default_factory=dict)

    async def person(self, user: str, team: str) -> Profile:
        """Who `user` is. Someone of a team that is not ours is an outsider, whatever Slack's profile says."""
        if not user or team not in self.home:
            return Profile(name="", standing="outsider" if user else "unknown")
        read_at, profile = self._people.get(user, (float("-inf"), UNKNOWN))
        age = self.clock() - read_at
        if age <= FRESH_S:
            return profile
        fetched = await self._fetch_person(user)
        if fetched is None:
            return profile if age <= STALE_S else UNKNOWN
        self._people[user] = (self.clock(), fetched)
        return fetched

    async def _fetch_person(self, user: str) -> Profile | None:
        try:
            answer = await self.client.users_info(user=user)
        except SlackApiError as error:
            return MISSING if error.response.get("error") == "user_not_found" else None
        except (TimeoutError, aiohttp.ClientError):
            return None
        data: Mapping[str, Any] = answer.get("user") or {}
        return Profile(
            name=str(data.get("name") or ""),
            standing=standing_of(data, self.home),
            zone=str(data.get("tz") or ""),
        )

    def knows(self, channel: str) -> bool:
        """Whether Slack said lately who reads along there."""
        return self.clock() - self._channels.get(channel, (float("-inf"), True))[0] <= CHANNEL_FRESH_S

    async def shared_externally(self, channel: str, *, anew: bool = False) -> bool:
        """Whether people of other companies read along. When Slack cannot say, it is taken as shared.
        A direct message has one reader, who is judged as whoever asks. `anew`: Slack is asked, whatever was read lately.
        """
        if channel.startswith("D"):
            return False
        read_at, shared = self._channels.get(channel, (float("-inf"), True))
        if not anew and self.clock() - read_at <= CHANNEL_FRESH_S:
            return shared
        try:
            answer = await self.client.conversations_info(channel=channel)
        except SlackApiError as error:
            # A channel that the bot is not in answers so; nothing is posted there, only the asker reads.
            return error.response.get("error") not in {"channel_not_found", "missing_scope"}
        except (TimeoutError, aiohttp.ClientError):
            return shared or anew
        info: Mapping[str, Any] = answer.get("channel") or {}
        shared = bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared"))
        self._channels[channel] = (self.clock(), shared)
        return shared


def standing_of(user: Mapping[str, Any], home: frozenset[str]) -> Standing:
    if user.get("deleted"):
        return "deactivated"
    if user.get("is_bot") or user.get("is_workflow_bot"):
        return "bot"
    teams = {user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id")}
    if user.get("is_stranger") or not teams & home:
        return "outsider"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "guest"
    return "member"

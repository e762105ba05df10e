"""Calls to Slack that people see the outcome of: said again where that is safe, and by nobody who may be taken for dead."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.lease import Lease
from bot.slackclient import AWAY

AGAIN_S = (0.5, 1.5)  # until the next try of what failed, or seems to have
PATIENT_S = 60.0  # all in all, where Slack asks us to wait
TOO_MANY, FAILED = 429, 500
GONE = frozenset(
    {"message_not_found", "channel_not_found", "is_archived", "not_in_channel", "thread_not_found"}
)


class SlackAwayError(Exception):
    """Slack did not take the message; it stays planned and is sent later under the same key."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason  # Slack's own word for it


class SlackLostError(SlackAwayError):
    """Nothing was heard of Slack, or that it failed: it may have taken the message."""


class SlackBusyError(SlackAwayError):
    """Slack took nothing and asks to wait."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text, "ratelimited")
        self.seconds = seconds


class SlackRefusesError(SlackAwayError):
    """Slack answered, and will answer the same: the channel is gone, or nobody invited the bot."""


@dataclass(frozen=True)
class Telling:
    client: AsyncWebClient
    lease: Lease

    async def tell(self, method: str, **arguments: Any) -> Any:
        """What people see and what is the same when it is said twice, so it is said again when it seems lost."""
        for pause in AGAIN_S:
            try:
                return await self.once(method, **arguments)
            except SlackLostError:
                await asyncio.sleep(pause)
        return await self.once(method, **arguments)

    async def once(self, method: str, **arguments: Any) -> Any:
        """Waits where Slack asks us to. A process that slept may have been taken for dead, and others may have said it for
        it: that is looked at before each try.
        """
        left = PATIENT_S
        while True:
            self.lease.must_hold()
            try:
                return await self.ask(method, **arguments)
            except SlackBusyError as busy:
                left -= busy.seconds
                if left < 0:
                    raise
                await asyncio.sleep(busy.seconds)

    async def try_once(self, method: str, **arguments: Any) -> Any:
        """What people see and may as well not: neither waited for nor said again."""
        self.lease.must_hold()
        return await self.ask(method, **arguments)

    async def ask(self, method: str, **arguments: Any) -> Any:
        try:
            return await getattr(self.client, method)(**arguments)
        except SlackApiError as error:
            raise _said(method, error) from error
        except AWAY as error:
            raise SlackLostError(f"{method}: {type(error).__name__}") from error


def _said(method: str, error: SlackApiError) -> SlackAwayError:
    response = error.response
    reason = str(response.get("error"))
    if response.status_code == TOO_MANY:
        return SlackBusyError(f"{method}: {reason}", _seconds(response.headers))
    if response.status_code >= FAILED:
        return SlackLostError(f"{method}: {reason}")
    kind = SlackRefusesError if reason in GONE else SlackAwayError
    return kind(f"{method}: {reason}", reason)


def _seconds(headers: Mapping[str, str]) -> float:
    """Until Slack wants to be asked again, with a little beyond it: many wait for the same moment."""
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return (float(asked) if asked.isdigit() else 1.0) + random.random()

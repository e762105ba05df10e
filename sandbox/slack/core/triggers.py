"""The short-lived right to open a modal that each click, command and shortcut carries: one use, three seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.core.errors import SlackError


@dataclass(slots=True)
class Trigger:
    user: str
    expires: float
    used: bool = False


class Triggers:
    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str) -> str:
        key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[key] = Trigger(user, self._clock() + self._seconds)
        return key

    def exchange(self, key: str) -> str:
        """The person whose screen the modal opens on."""
        trigger = self._issued.get(key)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("trigger_exchanged")
        if self._clock() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user

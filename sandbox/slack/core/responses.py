"""Response addresses: each lets the app answer one click or command five times within half an hour."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.slack.core.errors import SlackError
from sandbox.slack.core.timing import Timing


@dataclass(slots=True)
class Origin:
    """What was clicked or typed: `ts` is the message with the button, empty for a command."""

    user: str
    channel: str
    ts: str = ""
    ephemeral: bool = False
    expires: float = field(default=0.0)
    uses: int = field(default=0)


class Responses:
    def __init__(self, clock: Callable[[], float], timing: Timing) -> None:
        self._clock, self._timing = clock, timing
        self._issued: dict[str, Origin] = {}

    def issue(self, origin: Origin) -> str:
        """The path of a new address."""
        origin.expires = self._clock() + self._timing.response_url
        key = secrets.token_urlsafe(18)
        self._issued[key] = origin
        return f"/response/{key}"

    def use(self, key: str) -> Origin:
        origin = self._issued.get(key)
        if origin is None or self._clock() > origin.expires:
            raise SlackError("expired_url")
        if origin.uses >= self._timing.response_uses:
            raise SlackError("used_url")
        origin.uses += 1
        return origin

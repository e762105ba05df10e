"""Slack's rate limits, enforced when asked for: one message a second and channel, and tiers a minute and method."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final

TIERS: Final = {1: 1, 2: 20, 3: 50, 4: 100}
TIER_OF: Final = {
    "chat.update": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.appendStream": 4,
    "users.info": 4,
    "users.list": 2,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.info": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "reactions.add": 3,
    "views.open": 4,
    "views.update": 4,
    "views.push": 4,
    "views.publish": 4,
}
BURST: Final = 4  # messages that a channel takes at once before the second counts


class Limiter:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def wait_for(self, method: str, channel: str) -> int:
        """Seconds that the app must wait, 0 when the call may go on."""
        if method == "chat.postMessage":
            return self._window(f"{method} {channel}", BURST, float(BURST))
        tier = TIER_OF.get(method)
        return self._window(method, TIERS[tier], 60.0) if tier else 0

    def _window(self, key: str, allowed: int, seconds: float) -> int:
        now, seen = self._clock(), self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - seconds:
            seen.popleft()
        if len(seen) >= allowed:
            return max(1, math.ceil(seen[0] + seconds - now))
        seen.append(now)
        return 0

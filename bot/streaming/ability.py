"""Whether answers may be streamed here: what Slack refused is remembered for a while, and its rates are kept."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

log = structlog.get_logger(__name__)

NOT_AT_ALL: Final = frozenset(
    {
        "unknown_method",
        "missing_scope",
        "not_allowed_token_type",
        "feature_not_enabled",
        "feature_disabled",
        "team_access_not_granted",
        "access_denied",
        "no_permission",
        "ekm_access_denied",
    }
)  # what a workspace says that has no streams; anything else is about the channel
AGAIN_S: Final = 3600.0
STARTS: Final = 12  # a minute; Slack takes 20 of a workspace, and another process may ask, too
PAUSE_S: Final = 1.0  # between two calls for all open streams together; Slack takes 100 a minute


@dataclass
class Ability:
    on: bool = True  # as the settings say
    now: Callable[[], float] = time.monotonic
    open: int = 0  # streams that are shown right now
    _until: dict[str, float] = field(default_factory=dict)  # by channel, "" for all of them
    _starts: deque[float] = field(default_factory=deque)

    def may_start(self, channel: str) -> bool:
        """And counts it as started."""
        now = self.now()
        if not self.on or any(self._until.get(where, now) > now for where in ("", channel)):
            return False
        while self._starts and self._starts[0] <= now - 60:
            self._starts.popleft()
        if len(self._starts) >= STARTS:
            return False
        self._starts.append(now)
        return True

    def refused(self, channel: str, reason: str) -> None:
        where = "" if reason in NOT_AT_ALL else channel
        self._until[where] = self.now() + AGAIN_S
        log.info("answers_not_streamed", channel=where or "any", reason=reason, again_in_s=round(AGAIN_S))

    def busy(self, seconds: float) -> None:
        self._until[""] = max(self._until.get("", 0.0), self.now() + seconds)

    @property
    def pause(self) -> float:
        return PAUSE_S * max(1, self.open)

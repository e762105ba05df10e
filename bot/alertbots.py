"""Messages of other apps in the channels where incidents are told: alerts, stored before they are acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from agents.triage.alert import Unreadable
from agents.triage.desk import Desk
from bot.envelope import text_of, workspace_of
from bot.metrics import ALERTS

log = structlog.get_logger(__name__)
WRITTEN: Final = frozenset({"", "bot_message"})
SOURCE: Final = "slack"


@dataclass(frozen=True)
class AlertBots:
    """`listens` says whether a channel is one of those; `bot_user` is our own, whose messages are no alerts."""

    desk: Desk
    bot_user: str
    listens: Callable[[str], bool]

    async def hear(self, body: Mapping[str, Any]) -> bool:
        """Whether it was an alert, which is stored now. Raises StoreUnavailable."""
        event = body.get("event")
        if not isinstance(event, Mapping) or not self._wanted(body, event):
            return False
        key = f"{text_of(event, 'channel')}:{text_of(event, 'ts')}"
        try:
            heard = await self.desk.hear(SOURCE, event, key)
        except Unreadable as error:
            log.info("no_alert", reason=str(error))
            return False
        ALERTS.labels(SOURCE, "stored" if heard.new else "told before").inc()
        return True

    def _wanted(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
        app = text_of(event, "bot_id") and text_of(event, "user") != self.bot_user
        new = text_of(event, "type") == "message" and text_of(event, "subtype") in WRITTEN
        first = text_of(event, "thread_ts") in {"", text_of(event, "ts")}
        ours = workspace_of(body) == self.desk.workspace and body.get("is_ext_shared_channel") is not True
        return bool(app) and new and first and ours and self.listens(text_of(event, "channel"))

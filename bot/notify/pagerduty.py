"""PagerDuty, Events API v2: one alert a subject, which later events acknowledge and resolve."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.notify.posting import Poster
from bot.notify.ways import Delivery
from bot.notify.wording import subject_of
from tools.errors import GiveUp

PATH = "/v2/enqueue"
SUMMARY = 1024
CLIENT = "GenAI CloudOps"


def dedup_key(workspace: str, subject: str) -> str:
    """The same for everything about one subject, however often and by whom it is sent."""
    digest = hashlib.sha256(f"{workspace}\n{subject}".encode()).hexdigest()
    return f"cloudops-{digest[:40]}"


@dataclass(frozen=True, slots=True)
class PagerDuty:
    poster: Poster
    address: str
    key: str

    async def send(self, delivery: Delivery) -> str:
        if not self.key:
            raise GiveUp("PAGERDUTY_ROUTING_KEY is not set")
        told = self.told(delivery)
        body = json.dumps(told, ensure_ascii=False).encode()
        await self.poster.post(self.address.rstrip("/") + PATH, body, {})
        return str(told["dedup_key"])

    def told(self, delivery: Delivery) -> dict[str, Any]:
        row, event = delivery.row, delivery.event
        told: dict[str, Any] = {
            "routing_key": self.key,
            "event_action": event.action,
            "dedup_key": dedup_key(row.workspace, row.subject),
        }
        if event.action != "trigger":
            return told
        details = {**dict(event.facts), "lines": "\n".join(event.lines), "notification": row.id}
        return told | {
            "client": CLIENT,
            "payload": {
                "summary": subject_of(event)[:SUMMARY],
                "source": event.channel or row.workspace,
                "severity": event.severity,
                "timestamp": event.at.isoformat(timespec="seconds"),
                "class": event.area,
                "custom_details": details,
            },
        }

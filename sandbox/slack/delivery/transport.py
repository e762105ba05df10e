"""What a way of delivery must do: hand over one envelope and come back with the app's answer, or say why not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.slack.delivery.records import Kind


@dataclass(frozen=True, slots=True)
class Envelope:
    """One attempt. `retry` counts redeliveries of the same event."""

    type: Kind
    payload: dict[str, Any]
    retry: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def frame(self) -> dict[str, Any]:
        event = self.type == "events_api"
        frame = {
            "envelope_id": self.id,
            "type": self.type,
            "payload": self.payload,
            "accepts_response_payload": not event,
        }
        return frame | ({"retry_attempt": self.retry, "retry_reason": self.reason} if event else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """`error` is empty when the app acknowledged; `body` is what it said with that; `link` is which one carried it."""

    error: str = ""
    body: Any = None
    give_up: bool = False
    link: int = 0


class Transport(Protocol):
    name: str

    async def deliver(self, envelope: Envelope, seconds: float) -> Answer: ...

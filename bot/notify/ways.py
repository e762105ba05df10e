"""What a way out is given, and how it says that something did not get through.

Beside the three words of every edge (`tools/errors.py`):

TryLater
├── MayHaveArrived   the far end may have taken it: it is sent again under the same name
└── SlackIsAway      nothing gets through to Slack now: what is critical takes another way meanwhile
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agents.notifications.event import Event
from storage.notifications import NotificationRow
from tools.errors import TryLater


@dataclass(frozen=True, slots=True)
class Delivery:
    """`event` as it may leave; `at` is now."""

    row: NotificationRow
    event: Event
    at: datetime

    @property
    def where(self) -> str:
        """The destination without its kind."""
        return self.row.destination.partition(":")[2]


class MayHaveArrived(TryLater):
    """Nothing was heard after all of it was handed over."""


class SlackIsAway(TryLater):
    """Slack cannot be reached, or says that it fails."""


class Way(Protocol):
    """One kind of destination."""

    async def send(self, delivery: Delivery) -> str:
        """Its name at the far end. Raises ToolError."""
        ...

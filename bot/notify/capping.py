"""At most so many a route and hour, the rest in one message that says how many they are: in a storm nobody reads a thousand mails.

What is critical goes out by itself, however much there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from agents.notifications.event import Event
from storage.notifications import DROPPED, NotificationRow, Notifications
from storage.tx import COUNTING, Tx

AN_HOUR: Final = 20
ROLLED: Final = "rolled:"
NAMED: Final = 10  # of the rest
SINGLY: Final = frozenset({"webhook"})  # read by programs, which want all of it
EARLIER: Final = timedelta(
    minutes=2
)  # an hour closes two minutes early, so that its rest is told before quiet hours
HOUR: Final = timedelta(hours=1)
LATE: Final = timedelta(minutes=1)  # after an hour closed nobody plans for it any more


@dataclass(frozen=True, slots=True)
class Cap:
    store: Notifications

    async def add(self, tx: Tx, row: NotificationRow) -> bool:
        """Whether it is new: to be sent by itself, or with the rest of its hour."""
        if not await self._too_many(tx, row):
            return await self.store.add(tx, row)
        rest = _rest(row)
        if not await self.store.add(tx, replace(row, state=DROPPED, error=_why(rest.id), escalate_at=None)):
            return False
        await self.store.add(tx, rest)
        return True

    async def _too_many(self, tx: Tx, row: NotificationRow) -> bool:
        if row.action != "trigger" or row.severity == "critical" or row.kind in SINGLY or _is_card(row):
            return False
        await tx.alone(COUNTING)  # whoever counts after us sees what we add
        begin = _hour(row.due_at)
        return await self.store.planned_for(tx, row, begin, begin + HOUR, ROLLED) >= AN_HOUR

    async def told(self, tx: Tx, row: NotificationRow) -> Event:
        """What a row says: of the rest of an hour how many and the first of them."""
        event = Event.of(row.content)
        if not row.event.startswith(ROLLED):
            return event
        count, found = await self.store.dropped(tx, row.workspace, _why(row.id), NAMED)
        return _counted(event, count, found)


def _hour(due: datetime) -> datetime:
    return (due + EARLIER).replace(minute=0, second=0, microsecond=0) - EARLIER


def _is_card(row: NotificationRow) -> bool:
    """The card that stands there anyway is the message."""
    return row.area == "incident" and row.destination == f"slack:{row.content.get('channel', '')}"


def _why(rest: str) -> str:
    return f"more than {AN_HOUR} in an hour: counted in {rest}"


def _rest(row: NotificationRow) -> NotificationRow:
    """Of all that a route sends to a place in an hour; whoever makes it makes the same."""
    begin = _hour(row.due_at)
    key = f"{ROLLED}{row.route}:{begin:%Y-%m-%dT%H:%M}"
    due = begin + HOUR + LATE
    event = Event(
        key=key, subject=key, area="bot", severity="warning", action="trigger", at=due, title="More notifications than are sent one by one",
        lines=(f"From {begin:%H:%M} to {begin + HOUR:%H:%M} UTC; {AN_HOUR} of the route `{row.route}` came one by one.",),
    )  # fmt: skip
    late = due + (row.escalate_at - row.due_at) if row.escalate_at is not None else None
    return replace(
        row, id=name_of(row.workspace, key, row.destination), event=key, subject=key, area="bot", severity="warning",
        content=event.kept(), due_at=due, held="", escalate_at=late,
    )  # fmt: skip


def _counted(event: Event, count: int, found: Sequence[NotificationRow]) -> Event:
    first = tuple((f"{row.area}, {row.severity}", str(row.content.get("title", ""))) for row in found)
    left = (f"Only the first {len(found)} are named here.",) if count > len(found) else ()
    return replace(event, title=f"{count} more notifications", lines=(*event.lines, *left), facts=first)


def name_of(workspace: str, event: str, destination: str) -> str:
    """Of one delivery, the same for whoever plans it."""
    return "ntf_" + hashlib.sha256(f"{workspace}\n{event}\n{destination}".encode()).hexdigest()[:24]

"""From an event to what is to be delivered: once, whoever tells it and however often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from agents.notifications.event import Event
from agents.notifications.routing import Planned, Router
from agents.policy.routes import named
from bot.core import Core
from bot.notify.capping import Cap, name_of
from bot.replies.text import Outbound
from storage.notifications import SENDING, SENT, NotificationRow
from storage.preferences import Preferences
from storage.tx import Tx

TITLE, LINE, LINES = 300, 600, 20
OVER = "it was over before it was due"
TOLD = "notification"
log = structlog.get_logger(__name__)


@dataclass
class Dispatch:
    """`slack` says how the connection to Slack is: `ok`, or what is wrong."""

    core: Core
    workspace: str
    out: Outbound
    slack: Callable[[], Awaitable[str]]

    async def tell(self, event: Event) -> bool:
        """True for the first of all that tell it. Raises StoreUnavailable, and then nothing was planned."""
        router, now = await self.router(event.channel), self.core.clock.now()
        away = event.urgent and not (await self.slack()).startswith("ok")

        async def plan(tx: Tx) -> bool:
            if not await self.core.db.slots.first(tx, TOLD, f"{self.workspace}:{event.key}"):
                return False
            await self.plan(tx, router, event, now, away=away)
            return True

        return await self.core.db.write_whole(plan)

    async def plan(self, tx: Tx, router: Router, event: Event, now: datetime, *, away: bool = False) -> None:
        planned = router.planned(event, now, slack_away=away)
        if event.action != "trigger":
            planned = await self._end(tx, event, planned, now)
        await self.add(tx, event, planned, now)

    async def _end(
        self, tx: Tx, event: Event, planned: Iterable[Planned], now: datetime
    ) -> tuple[Planned, ...]:
        """Where it was told, its end is told, too; where it still waited, neither."""
        store = self.core.db.notifications
        told = [
            row for row in await store.about(tx, self.workspace, event.subject) if row.action == "trigger"
        ]
        await store.seen(tx, self.workspace, event.subject, event.person or "its end", now)
        if event.action == "resolve":
            await store.drop(tx, self.workspace, event.subject, now, OVER)
        heard = {row.destination: row.route for row in told if row.state in {SENT, SENDING} or row.unsure}
        wanted = {one.destination: one for one in planned}
        return tuple(
            wanted.get(destination, Planned(route, destination, now))
            for destination, route in heard.items()
            if event.action == "resolve" or destination == "pagerduty"
        )

    @property
    def cap(self) -> Cap:
        return Cap(self.core.db.notifications)

    async def add(
        self, tx: Tx, event: Event, planned: Iterable[Planned], now: datetime, *, singly: bool = False
    ) -> int:
        """How many of them are new. `singly`: however many there are in this hour."""
        clean = self.clean(event)
        rows = [self._row(clean, one, now) for one in planned]
        add = self.core.db.notifications.add if singly else self.cap.add
        return sum([await add(tx, row) for row in rows])

    def _row(self, event: Event, one: Planned, now: datetime) -> NotificationRow:
        return NotificationRow(
            name_of(self.workspace, event.key, one.destination), self.workspace, event.key, event.subject, event.area,
            event.severity, event.action, one.route, one.destination.partition(":")[0], one.destination, event.kept(),
            now, one.due, one.held, escalate_at=one.escalates,
        )  # fmt: skip

    async def router(self, channel: str) -> Router:
        """As the policy is now."""
        policy, now = self.core.policy.policy, self.core.clock.now()
        wanted = any("duty" in part.to for part in policy.file.notifications)
        found = (await self.core.duty.on_duty(channel or "dm", now)).people if wanted else ()
        duty = tuple(person.id for person in found)
        accounts = {person.name: person.id for person in policy.file.people}
        called = {
            accounts.get(to.removeprefix("person:"), "")
            for part in policy.file.notifications
            for to in part.to
        }
        return Router(policy.file, accounts, duty, await self._quiets({*called, *duty} - {""}))

    async def _quiets(self, accounts: Collection[str]) -> dict[str, tuple[str, str]]:
        """What these people set for themselves, by their id in Slack."""
        db = self.core.db

        async def look(tx: Tx) -> list[Preferences]:
            return [await db.preferences.get(tx, self.workspace, account) for account in accounts]

        set_ = await db.read_whole(look) if accounts else []
        return {
            one.account.partition(":")[2]: (f"{one.quiet_from}-{one.quiet_until}", one.zone or "UTC")
            for one in set_
            if one.quiet_from and one.quiet_until
        }

    def next_route(self, row: NotificationRow) -> str:
        """Where it goes when nobody saw it; empty for nowhere."""
        part = named(self.core.policy.policy.file.notifications).get(row.route)
        return (part.escalate_to or "") if part is not None else ""

    def clean(self, event: Event) -> Event:
        """As it may leave, and no longer than people read."""
        plain = self.out.plain
        return replace(
            event,
            title=plain(" ".join(event.title.split()), TITLE),
            lines=tuple(plain(line, LINE) for line in event.lines[:LINES]),
            facts=tuple((plain(name, 80), plain(value, LINE)) for name, value in event.facts[:LINES]),
            counts=tuple((plain(label, 20), count) for label, count in event.counts),
        )

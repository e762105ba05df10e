"""Costs worth a notification: out of the ordinary, a budget that is used up or will be. Read a few times a day, by one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from agents.digests.cost import anomalies, number
from agents.digests.reading import Reads, rows
from agents.digests.standing import ACTOR
from agents.notifications.event import Event
from agents.people import Place
from agents.policy.destinations import Severity
from bot.core import Core
from bot.digesting import turn_for
from bot.notify.dispatch import Dispatch
from storage.errors import StoreUnavailable
from tools.spec import Result

EVERY_H: Final = 6
DAYS: Final = 3  # what began earlier is no news
SLOT: Final = "costs looked at"
NAME: Final = "costs for notifications"
log = structlog.get_logger(__name__)


@dataclass
class CostEvents:
    """With the rights that `system:digest` has in the channel that hears of it."""

    core: Core
    dispatch: Dispatch
    looked: str = ""

    async def look(self) -> None:
        """What could not be read or planned now is found with the next look: it is told by its key, once."""
        now, channel = self.core.clock.now(), self._channel()
        stretch = f"{now:%Y-%m-%d}:{now.hour // EVERY_H}"
        if self.core.clients.oracle is None or not channel or stretch == self.looked:
            return
        try:
            if await self.core.db.write_whole(lambda tx: self.core.db.slots.first(tx, SLOT, stretch)):
                for event in await self.found(channel):
                    await self.dispatch.tell(event)
        except StoreUnavailable as error:
            log.warning("costs_not_planned", reason=str(error))
            return
        self.looked = stretch

    def _channel(self) -> str:
        """The first that a route tells of costs, else the first that incidents are told in; empty where no route takes them."""
        file = self.core.policy.policy.file
        parts = [one for one in file.notifications if not one.areas or "cost" in one.areas]
        told = [to.removeprefix("slack:") for one in parts for to in one.to if to.startswith("slack:")]
        first = [name for name, part in file.channels.items() if part.incidents and not part.deny]
        return next(iter([*told, *first, *file.channels]), "") if parts else ""

    async def found(self, channel: str) -> list[Event]:
        turn = turn_for(self.core, NAME, ACTOR, Place(self.dispatch.workspace, channel, ""))
        reads = Reads(self.core.gate, turn)
        odd, budgets = await reads.all(("cost_anomalies", {"days": DAYS}), ("cost_budgets", {}))
        if reads.problems:
            log.warning("costs_not_all_read", problems=reads.problems)
        return [*self._odd(odd), *self._budgets(budgets)]

    def _odd(self, found: Result | None) -> Iterator[Event]:
        for fact in anomalies(found):
            yield self._event(f"odd:{fact.key}", "warning", "A cost is out of the ordinary", fact.text)

    def _budgets(self, found: Result | None) -> Iterator[Event]:
        month = f"{self.core.clock.now():%Y-%m}"
        for one in rows(found, "budgets"):
            amount, spent, ahead = (number(one.get(key) or 0) for key in ("amount", "spent", "forecast"))
            text = f"{one.get('name')} ({one.get('for')}): {spent} of {amount} spent"
            if amount > 0 and spent >= amount:
                yield self._event(f"budget:{one.get('id')}:{month}:over", "warning", "A budget is used up", f"{text}.")  # fmt: skip
            elif amount > 0 and ahead >= amount:
                said = f"{text}; {ahead} by Oracle's forecast."
                yield self._event(f"budget:{one.get('id')}:{month}:ahead", "info", "A budget will be used up", said)  # fmt: skip

    def _event(self, key: str, severity: Severity, title: str, text: str) -> Event:
        return Event(
            key=f"cost:{key}", subject=f"cost:{key}", area="cost", severity=severity, action="trigger",
            at=self.core.clock.now(), title=title, lines=(text,),
        )  # fmt: skip

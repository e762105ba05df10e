"""What people signed on a command line while this bot ran: their plans begin here, and their cards show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.core import Core
from bot.replies.states import SETTLED
from storage.keys import Signed

LATELY = timedelta(hours=24)  # no plan waits longer


@dataclass
class SignedElsewhere:
    core: Core
    _seen: dict[str, Signed] = field(default_factory=dict)

    async def catch_up(self) -> None:
        """Once for each change of a plan. Cards that Slack does not take wait with the others. Raises StoreUnavailable."""
        since = self.core.clock.now() - LATELY
        found = await self.core.db.read_whole(lambda tx: self.core.db.signatures.plans_since(tx, since))
        for signed in found:
            if self._seen.get(signed.plan_id) != signed:
                await self._follow(signed)
        self._seen = {signed.plan_id: signed for signed in found}

    async def _follow(self, signed: Signed) -> None:
        """Of several that begin it, one can claim it."""
        if signed.state == "approved":
            await self.core.relays.starter.start_change(signed.plan_id)
        if signed.state in SETTLED:
            await self.core.relays.announcer.plan_settled(signed.plan_id)
        else:
            await self.core.relays.announcer.plan_changed(signed.plan_id)

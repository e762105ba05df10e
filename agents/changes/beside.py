"""What is found out about a draft beside its plan, side by side, before it is sealed: what it saves or costs, what a model sees."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agents.advice import Advice, Adviser, Asked
from agents.changes.risk import raised
from agents.changes.savings import bill_for
from agents.changes.wish import Wish
from storage.clock import Clock
from tools.clients import Clients
from tools.oracle.savings import Bill
from tools.plan import Draft
from tools.spec import Risk

MORE = "a language model sees more danger in it than code does"


@dataclass(frozen=True, slots=True)
class Found:
    bill: Bill
    advice: Advice | None

    def risk(self, computed: Risk) -> Risk:
        """What code computed, or one class above it. There is no way down."""
        return raised(computed) if self.advice is not None and self.advice.higher else computed


@dataclass(frozen=True, slots=True)
class Beside:
    clients: Clients
    adviser: Adviser
    clock: Clock

    async def find(self, wish: Wish, draft: Draft, environment: str, risk: Risk) -> Found:
        """Never raises for what clouds and models do. The way back waits for no opinion."""
        bill = bill_for(self.clients, wish, draft, self.clock.now())
        if wish.undo_of:
            return Found(await bill, None)
        turn = wish.turn
        asked = Asked(draft, environment, risk, wish.reason, turn.delimiter, turn.request.actor)
        return Found(*await asyncio.gather(bill, self.adviser.advise(asked)))

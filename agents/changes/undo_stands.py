"""Cards whose undo would be refused stop offering it: the targets of what succeeded lately are looked at once a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from agents.changes.ledger import SUCCEEDED, Ledger
from agents.changes.outcome import Outcome, outcome_of
from agents.changes.run import Everything
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo_left import moved
from agents.outcomes import Announcer
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from tools.clients import Clients
from tools.errors import ToolError
from tools.plan import Action
from tools.spec import Call

LOOK_S: Final = 5.0
LATELY: Final = timedelta(hours=24)  # for how long a card is looked after
LOOKED_AT: Final = 20


class UndoStands:
    """Keeps cards from offering an undo that would be refused."""

    def __init__(
        self, *, actions: Mapping[str, Action[Any]], clients: Clients, ledger: Ledger, announcer: Announcer
    ) -> None:
        self._actions = actions
        self._clients = clients
        self._ledger = ledger
        self._announcer = announcer

    async def look_at_all(self) -> None:
        """The newest that succeeded lately, side by side; what cannot be read keeps its button. Raises StoreUnavailable."""
        async with self._ledger.db.read() as tx:
            rows = await self._ledger.db.plans.list(tx, state=SUCCEEDED, limit=LOOKED_AT)
        now = self._ledger.clock.now()
        lately = [row for row in rows if now - (row.decided_at or row.created_at) < LATELY]
        await asyncio.gather(*map(self._look, lately))

    async def look(self, plan_id: str) -> None:
        """One of them. Never raises: it is for show."""
        try:
            row = await self._ledger.get(plan_id)
            if row is not None and row.state == SUCCEEDED:
                await self._look(row)
        except StoreUnavailable:
            return

    async def _look(self, row: PlanRow) -> None:
        outcome = outcome_of(row)
        try:
            plan = open_plan(row)
        except NotSealed:
            return
        if outcome.left is None or plan.undo_of or plan.draft.rollback is None:
            return
        gone = await self._gone(row, plan, outcome)
        if gone is not None and gone != outcome.undo_gone:
            await self._ledger.note_progress(row, outcome.model_copy(update={"undo_gone": gone}))
            await self._announcer.plan_changed(row.id)

    async def _gone(self, row: PlanRow, plan: Plan, outcome: Outcome) -> str | None:
        """None: nobody can say now."""
        action = self._actions.get(plan.draft.action)
        if action is None:
            return None
        call = Call(self._clients, self._ledger.clock.now(), LOOK_S, Everything(), row.id)
        try:
            async with asyncio.timeout(LOOK_S):
                return moved(outcome.left, await action.reread(call, plan.draft))
        except (ToolError, TimeoutError):
            return None

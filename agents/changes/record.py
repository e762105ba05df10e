"""Our own changes as a tool reads them: from the sealed plans, with who asked, who approved and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agents.changes.ledger import Ledger
from agents.changes.quorum import COUNTED
from agents.changes.savings import entries
from agents.changes.view import NO_TARGET, view_of
from agents.policy import PolicyStore
from storage.errors import StoreUnavailable
from storage.plans import PlanRow
from storage.tx import Tx
from tools.errors import TryLater
from tools.own import OwnChange, Saved


class Record:
    def __init__(self, ledger: Ledger, policy: PolicyStore) -> None:
        self._ledger = ledger
        self._policy = policy

    async def changes(
        self, workspace: str, since: datetime, until: datetime, most: int
    ) -> Sequence[OwnChange]:
        """Plans that were made then, newest first. Raises TryLater."""
        try:
            async with self._ledger.db.read() as tx:
                rows = await self._ledger.db.plans.made(tx, workspace, since, until, most)
                return [await self._change(tx, row) for row in rows]
        except StoreUnavailable as error:
            raise TryLater("the record of our own changes cannot be read", "audit") from error

    async def savings(self, workspace: str, since: datetime, until: datetime) -> Sequence[Saved]:
        """Entries of the savings ledger, newest first. Raises TryLater."""
        return await entries(self._ledger, workspace, since, until)

    async def _change(self, tx: Tx, row: PlanRow) -> OwnChange:
        db = self._ledger.db
        newest = await db.audit.find(tx, plan_id=row.id, limit=1, newest=True)
        seq = newest[0].seq if newest else 0
        approvals = await db.approvals.for_plan(tx, row.id)
        view = view_of(row, approvals, self._policy.policy, self._ledger.clock.now())
        if view.altered:
            return OwnChange(
                row.id,
                view.title,
                "",
                NO_TARGET,
                "",
                view.state,
                "",
                (),
                row.created_at,
                "",
                seq,
                altered=True,
            )
        return OwnChange(
            plan=row.id,
            title=view.title,
            action=view.action,
            target=view.target,
            service=view.args.get("service", ""),
            state=view.state,
            requester=view.requester,
            approvers=tuple(vote.name for vote in view.votes if vote.decision in COUNTED),
            at=row.created_at,
            detail=view.detail,
            seq=seq,
        )

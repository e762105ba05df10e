"""What is held now: read from the store into the policy in force, and what must follow when something has ended."""

from __future__ import annotations

from collections.abc import Sequence

from agents.changes.ledger import APPROVED, PENDING, VOID, WAITING, Ledger, Move
from agents.changes.ports import Accounts
from agents.changes.runbooks.sealed import parts
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.outcomes import Announcer
from agents.people import Place
from agents.policy import Permission, PolicyStore
from agents.policy.overlay import Granted
from storage.grants import GrantRow
from storage.plans import PlanRow

ENDED = "whoever asked may no longer ask for this: what they held for a while has ended"


class Access:
    def __init__(
        self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts, announcer: Announcer
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts
        self._announcer = announcer

    async def live(self) -> Sequence[GrantRow]:
        """Raises StoreUnavailable."""
        db, now = self._ledger.db, self._ledger.clock.now()
        return await db.read_whole(lambda tx: db.grants.live(tx, now))

    async def refresh(self) -> None:
        """Another process may have given or taken something. Raises StoreUnavailable."""
        rows = await self.live()
        self._policy.hold([Granted(row.plan_id, row.person, row.offer, row.until) for row in rows])

    async def outlived(self, plan: Plan) -> bool:
        """Whether this plan was asked for by somebody who could only do so while they held something."""
        db, now, person = self._ledger.db, self._ledger.clock.now(), plan.requester.person
        if not await db.read_whole(lambda tx: db.grants.over(tx, person, now)):
            return False
        actor, place = await self._accounts.actor(plan.requester.account), plan.place
        where = Place(place.workspace, place.channel, place.thread, place.kind)
        policy = self._policy.policy
        return not all(
            policy.decide(
                actor, where, Permission.REMEDIATION_EXECUTE, part.target, part.action, risk=plan.risk
            ).allow
            for part in parts(plan.draft)
        )

    async def sweep(self) -> None:
        """Plans that wait and that nobody could ask for any more do not wait. Raises StoreUnavailable."""
        await self.refresh()
        for row in await self._waiting():
            try:
                plan = open_plan(row)
            except NotSealed:
                continue  # void with the next click
            if await self.outlived(plan):
                await self._void(row)

    async def _waiting(self) -> list[PlanRow]:
        db = self._ledger.db
        async with db.read() as tx:
            return [
                row
                for state in (PENDING, APPROVED)
                for row in await db.plans.list(tx, state=state, limit=1000)
            ]

    async def _void(self, row: PlanRow) -> None:
        now = self._ledger.clock.now()
        move = Move(VOID, WAITING, ENDED, error=ENDED, columns={"decided_at": now}, changes={"detail": ENDED})
        if await self._ledger.move_alone(row, move):
            await self._announcer.plan_settled(row.id)

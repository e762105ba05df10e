"""What must still be true just before a write: approvals, stop switch, freeze, expiry, policy. Nothing is assumed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from agents.changes.access.keeper import ENDED, Access
from agents.changes.access.rules import REVOKE
from agents.changes.acting import renamed
from agents.changes.hours import too_late
from agents.changes.ledger import Ledger
from agents.changes.outofband import voters as voters_of
from agents.changes.ports import Accounts
from agents.changes.quorum import COUNTED, Count, recount
from agents.changes.risk import risk_of, too_big
from agents.changes.runbooks.sealed import environment_of, parts
from agents.changes.seal import Plan
from agents.policy import PolicyStore
from storage.plans import PlanRow
from tools.plan import Draft, FieldChange, Reread

# What one person began alone starts at once or not at all: later nobody watches it, and another may be on duty.
ALONE_STARTS: Final = timedelta(minutes=1)


@dataclass(eq=False)
class Stop(Exception):
    """The plan must not run; `reason` is for people. Nothing was written."""

    reason: str
    drift: tuple[FieldChange, ...] = ()


def no_drift(reread: Reread) -> None:
    """Raises Stop when the target is not what the card showed."""
    if reread.drift:
        raise Stop("the target is no longer what the card shows", reread.drift)


class Checks:
    def __init__(self, *, ledger: Ledger, policy: PolicyStore, accounts: Accounts, access: Access) -> None:
        self._access = access
        self._ledger = ledger
        self._policy = policy
        self._accounts = accounts

    async def stopped(self) -> bool:
        async with self._ledger.db.read() as tx:
            return (await self._ledger.db.switches.get(tx)).stopped

    async def all(self, row: PlanRow, plan: Plan) -> tuple[str, ...]:
        """The approvers whose word counts now. Raises Stop."""
        await self.still_open(row, plan)
        return await self.approved(row, plan)

    def too_big(self, plan: Plan, fresh: Draft) -> str:
        """Whether a step that was planned again is more than what was approved: by the policy, or by its risk here."""
        policy = self._policy.policy
        if problem := too_big(fresh, policy):
            return problem
        risk, why = risk_of(fresh, policy.environment_of(fresh.target), policy)
        more = risk.rank > plan.risk.rank
        return f"its risk is {risk.value} because {' and '.join(why)}" if more else ""

    async def between(self, row: PlanRow, plan: Plan) -> tuple[str, ...]:
        """The same before a later step of a runbook, which began in time and outside of a freeze. Raises Stop."""
        if self._policy.problem:
            raise Stop("the policy file is not valid")
        if await self.stopped():
            raise Stop("all changes are stopped")
        return await self.approved(row, plan)

    async def approved(self, row: PlanRow, plan: Plan) -> tuple[str, ...]:
        """Those whose approval counts by today's policy. Raises Stop."""
        policy = self._policy.policy
        if problem := too_big(plan.draft, policy):
            raise Stop(problem)
        if environment_of(policy, plan.draft) != plan.environment:
            raise Stop("the policy now puts the target into another environment")
        if renamed(policy, plan):
            raise Stop("the policy now names another user of the cluster for whoever asked")
        count = await self._count(row, plan)
        if not count.reached:
            lost = f": {'; '.join(count.lost)}" if count.lost else ""
            raise Stop(f"{len(count.valid)} of {count.needed} approvals still count{lost}")
        if count.alone and self._ledger.clock.now() - (row.decided_at or row.created_at) > ALONE_STARTS:
            raise Stop("its countdown ended a while ago and nobody watched it since; ask for it again")
        return count.valid

    async def _count(self, row: PlanRow, plan: Plan) -> Count:
        """Those who decided, as Slack knows them now, by today's policy."""
        async with self._ledger.db.read() as tx:
            approvals = await self._ledger.db.approvals.for_plan(tx, row.id)
        accounts = sorted({a.account for a in approvals})
        actors = dict(zip(accounts, await asyncio.gather(*map(self._accounts.actor, accounts)), strict=True))
        async with self._ledger.db.read() as tx:
            voters = await voters_of(self._ledger.db, tx, row.id, actors)
        return recount(self._policy.policy, plan, row.hash, approvals, voters)

    async def still_open(self, row: PlanRow, plan: Plan) -> None:
        """The cheap checks, asked again as the last thing before the intent row. Raises Stop."""
        now = self._ledger.clock.now()
        if self._policy.problem:
            raise Stop("the policy file is not valid")
        if now >= row.expires_at:
            raise Stop("the approval expired before the change could start")
        if await self.stopped():
            raise Stop("all changes are stopped")
        if await self._access.outlived(plan):
            raise Stop(ENDED)
        if plan.draft.action == REVOKE:  # whoever is to lose something loses it in a freeze and by night, too
            return
        if problem := too_late(plan, self._policy.policy, now):
            raise Stop(problem)
        for part in parts(plan.draft):
            environment = self._policy.policy.environment_of(part.target)
            window = self._policy.policy.freeze_at(environment, part.action, now)
            if window is not None and not (await self._count(row, plan)).broken:
                raise Stop(f"changes to {environment} are frozen: {window.name}")

    async def approvers_of(self, row: PlanRow) -> tuple[str, ...]:
        """Principals on record, for a run that is past its write."""
        async with self._ledger.db.read() as tx:
            approvals = await self._ledger.db.approvals.for_plan(tx, row.id)
        return tuple(dict.fromkeys(a.principal for a in approvals if a.decision in COUNTED))

"""Decisions of people on plans: one a person and plan, whatever accounts they use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage.inserting import first
from storage.rows import many
from storage.tables import Approval, Plan, table_of
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    plan_id: str
    principal: str
    account: str
    decision: str
    plan_hash: str
    roles: Sequence[str]
    reason: str
    at: datetime
    workspace: str = ""


class Approvals:
    async def add(
        self,
        tx: Tx,
        *,
        plan_id: str,
        principal: str,
        account: str,
        decision: str,
        plan_hash: str,
        roles: Sequence[str],
        reason: str,
        at: datetime,
    ) -> bool:
        """False: this person decided on this plan already; the first word stands."""
        workspace = select(Plan.workspace).where(Plan.id == plan_id).scalar_subquery()
        row = first(table_of(Approval)).values(
            plan_id=plan_id, principal=principal, workspace=workspace, account=account, decision=decision,
            plan_hash=plan_hash, roles=list(roles), reason=reason, at=at,
        )  # fmt: skip
        return (await tx.run(row)).rowcount == 1

    async def raised(
        self, tx: Tx, *, of: Collection[str], plan_id: str, principal: str, account: str, decision: str, reason: str,
        at: datetime,
    ) -> bool:  # fmt: skip
        """What this person decided before becomes `decision`. False: their word was none of these."""
        change = update(Approval).where(
            Approval.plan_id == plan_id, Approval.principal == principal, Approval.decision.in_(of)
        )
        raised = await tx.run(change.values(account=account, decision=decision, reason=reason, at=at))
        return raised.rowcount == 1

    async def for_plan(self, tx: Tx, plan_id: str) -> list[ApprovalRow]:
        """In the order in which they were given."""
        query = select(Approval).where(Approval.plan_id == plan_id)
        return many(ApprovalRow, await tx.run(query.order_by(Approval.at, Approval.principal)))

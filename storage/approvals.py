"""Decisions of people on plans: one a person and plan, whatever accounts they use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from storage.rows import many
from storage.tables import Approval, Plan
from storage.tx import DECIDING, Tx


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
        await tx.alone(DECIDING)
        mine = select(Approval.plan_id).where(Approval.plan_id == plan_id, Approval.principal == principal)
        if (await tx.run(mine)).first() is not None:
            return False
        workspace = select(Plan.workspace).where(Plan.id == plan_id).scalar_subquery()
        row = insert(Approval).values(
            plan_id=plan_id, principal=principal, workspace=workspace, account=account, decision=decision,
            plan_hash=plan_hash, roles=list(roles), reason=reason, at=at,
        )  # fmt: skip
        await tx.run(row)
        return True

    async def for_plan(self, tx: Tx, plan_id: str) -> list[ApprovalRow]:
        """In the order in which they were given."""
        await tx.alone(DECIDING)
        query = select(Approval).where(Approval.plan_id == plan_id)
        return many(ApprovalRow, await tx.run(query.order_by(Approval.at, Approval.principal)))

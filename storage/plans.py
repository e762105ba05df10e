"""Plans: sealed once, moved by compare-and-set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update

from storage.rows import many, one, values_of
from storage.states import PlanState
from storage.tables import Plan, table_of
from storage.tx import PROPOSING, Tx

__all__ = ["PlanRow", "PlanState", "Plans"]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A stored plan. `body` is the sealed plan, `hash` its digest; the columns repeat what queries need."""

    id: str
    workspace: str
    state: PlanState
    body: str
    hash: str
    action: str
    target_key: str
    requester: str
    channel: str
    thread: str
    environment: str
    risk: str
    created_at: datetime
    expires_at: datetime
    inbox_id: str
    proposal_key: str
    undo_of: str = ""
    decided_at: datetime | None = None
    claimed_by: str | None = None
    card_ts: str | None = None
    unaudited: bool = False
    outcome: dict[str, Any] | None = None


@cache
def _latest(*columns: str) -> Select[Any]:
    """Newest first, where `columns` are as asked for. Built once: building costs more than running."""
    table = table_of(Plan)
    query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc())
    return query.where(*(table.c[name] == bindparam(name) for name in columns)).limit(bindparam("most"))


class Plans:
    """Who writes and got a plan holds its row until the end; who proposes waits for others who do (`Tx.alone`)."""

    async def insert(self, tx: Tx, row: PlanRow) -> None:
        await tx.alone(PROPOSING)
        await tx.run(insert(Plan), values_of(row))

    async def get(self, tx: Tx, plan_id: str) -> PlanRow | None:
        query = select(Plan).where(Plan.id == plan_id)
        found = await tx.run(query.with_for_update() if tx.writes else query)
        return one(PlanRow, found.first())

    async def by_proposal_key(self, tx: Tx, key: str) -> PlanRow | None:
        await tx.alone(PROPOSING)
        found = await tx.run(select(Plan).where(Plan.proposal_key == key))
        return one(PlanRow, found.first())

    async def again(self, tx: Tx, plan: PlanRow) -> PlanRow | None:
        """The plan that the same request made for the same target, if any: names in it may be read otherwise later."""
        await tx.alone(PROPOSING)
        same = (
            Plan.inbox_id == plan.inbox_id, Plan.action == plan.action, Plan.undo_of == plan.undo_of,
            Plan.target_key == plan.target_key, Plan.workspace == plan.workspace,
        )  # fmt: skip
        found = await tx.run(select(Plan).where(*same).order_by(Plan.created_at).limit(1))
        return one(PlanRow, found.first())

    async def list(
        self, tx: Tx, *, state: Any = None, workspace: str | None = None, limit: int = 100
    ) -> Sequence[PlanRow]:
        """Newest first; all states and workspaces unless told otherwise."""
        wanted: dict[str, Any] = {}
        if state is not None:
            wanted["state"] = PlanState(state)
        if workspace is not None:
            wanted["workspace"] = workspace
        return many(PlanRow, await tx.run(_latest(*wanted), {**wanted, "most": limit}))

    async def made(
        self, tx: Tx, workspace: str, since: datetime, until: datetime, limit: int
    ) -> Sequence[PlanRow]:
        """Made between these moments, newest first."""
        query = select(Plan).where(
            Plan.workspace == workspace, Plan.created_at >= since, Plan.created_at <= until
        )
        return many(
            PlanRow, await tx.run(query.order_by(Plan.created_at.desc(), Plan.id.desc()).limit(limit))
        )

    async def ended(
        self, tx: Tx, workspace: str, states: Collection[PlanState], since: datetime
    ) -> Sequence[PlanRow]:
        """In one of these states, decided since, oldest first."""
        query = select(Plan).where(
            Plan.workspace == workspace, Plan.state.in_(list(states)), Plan.decided_at >= since
        )
        return many(PlanRow, await tx.run(query.order_by(Plan.decided_at, Plan.id)))

    async def pending_for(self, tx: Tx, workspace: str) -> Sequence[PlanRow]:
        """Plans of a workspace that wait for people, oldest first."""
        query = select(Plan).where(Plan.workspace == workspace, Plan.state == PlanState.PENDING)
        return many(PlanRow, await tx.run(query.order_by(Plan.created_at, Plan.id)))

    async def for_target(self, tx: Tx, target_key: str, states: Collection[PlanState]) -> Sequence[PlanRow]:
        """Oldest first."""
        await tx.alone(PROPOSING)
        query = select(Plan).where(Plan.target_key == target_key, Plan.state.in_(list(states)))
        return many(PlanRow, await tx.run(query.order_by(Plan.created_at, Plan.id)))

    async def count_since(
        self,
        tx: Tx,
        since: datetime,
        *,
        workspace: str,
        requester: str | None = None,
        channel: str | None = None,
        without: Collection[str] = (),
    ) -> int:
        """How many plans were made after `since`, whatever became of them; undoes and actions `without` left out."""
        await tx.alone(PROPOSING)
        query = select(func.count()).select_from(Plan)
        query = query.where(Plan.workspace == workspace, Plan.created_at > since, Plan.undo_of == "")
        if without:
            query = query.where(Plan.action.not_in(list(without)))
        if requester is not None:
            query = query.where(Plan.requester == requester)
        if channel is not None:
            query = query.where(Plan.channel == channel)
        return int((await tx.run(query)).scalar_one())

    async def move(
        self,
        tx: Tx,
        plan_id: str,
        *,
        to: PlanState,
        allowed_from: Collection[PlanState],
        where_hash: str | None = None,
        not_expired_at: datetime | None = None,
        where_claimed_by: str | None = None,
        **columns: Any,
    ) -> bool:
        """Compare-and-set: False, and nothing written, unless the plan is still as the caller believes."""
        change = update(Plan).where(Plan.id == plan_id, Plan.state.in_(list(allowed_from)))
        if where_hash is not None:
            change = change.where(Plan.hash == where_hash)
        if not_expired_at is not None:
            change = change.where(Plan.expires_at > not_expired_at)
        if where_claimed_by is not None:
            change = change.where(Plan.claimed_by == where_claimed_by)
        moved = await tx.run(change.values(state=to, **columns))
        return moved.rowcount == 1

    async def set_card(self, tx: Tx, plan_id: str, ts: str) -> None:
        """Where the card of the plan stands; no part of its state."""
        await tx.run(update(Plan).where(Plan.id == plan_id).values(card_ts=ts))

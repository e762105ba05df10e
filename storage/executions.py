"""Intent rows: what was about to be sent, committed before it was, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from storage.clock import Clock
from storage.rows import one
from storage.tables import Execution, Plan
from storage.tx import Tx


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """`outcome` is None until the answer to the write was recorded."""

    plan_id: str
    step: str
    workspace: str
    token: str
    request: dict[str, Any]
    intended_at: datetime
    outcome: dict[str, Any] | None
    recorded_at: datetime | None


class Executions:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def intend(
        self, tx: Tx, *, plan_id: str, step: str, token: str, request: Mapping[str, Any]
    ) -> None:
        """The row before the write. Intending again, after reading the target again, replaces the request."""
        what = {"token": token, "request": dict(request), "intended_at": self._clock.now()}
        again = await tx.run(update(Execution).where(*_is(plan_id, step)).values(**what))
        if again.rowcount:
            return
        workspace = select(Plan.workspace).where(Plan.id == plan_id).scalar_subquery()
        await tx.run(insert(Execution).values(plan_id=plan_id, step=step, workspace=workspace, **what))

    async def get(self, tx: Tx, plan_id: str, step: str) -> ExecutionRow | None:
        found = await tx.run(select(Execution).where(*_is(plan_id, step)))
        return one(ExecutionRow, found.first())

    async def any_of(self, tx: Tx, plan_id: str) -> bool:
        found = await tx.run(select(Execution.step).where(Execution.plan_id == plan_id).limit(1))
        return found.first() is not None

    async def record(self, tx: Tx, plan_id: str, step: str, outcome: Mapping[str, Any]) -> None:
        what = {"outcome": dict(outcome), "recorded_at": self._clock.now()}
        await tx.run(update(Execution).where(*_is(plan_id, step)).values(**what))


def _is(plan_id: str, step: str) -> tuple[Any, Any]:
    return Execution.plan_id == plan_id, Execution.step == step

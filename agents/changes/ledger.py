"""State of plans: each move is one compare-and-set and one audit row in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.changes.outcome import Outcome, outcome_of
from agents.changes.ports import Standing
from agents.changes.seal import Plan
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.plans import PlanRow, PlanState

WAITING = frozenset({PlanState("pending"), PlanState("approved")})
RUNNING = frozenset({PlanState("executing"), PlanState("verifying")})
PENDING, APPROVED = PlanState("pending"), PlanState("approved")
EXECUTING, VERIFYING = PlanState("executing"), PlanState("verifying")
SUCCEEDED, FAILED, UNKNOWN = PlanState("succeeded"), PlanState("failed"), PlanState("unknown")
ROLLED_BACK, ROLLBACK_FAILED = PlanState("rolled_back"), PlanState("rollback_failed")
REJECTED, EXPIRED, CANCELLED = PlanState("rejected"), PlanState("expired"), PlanState("cancelled")
SUPERSEDED, VOID = PlanState("superseded"), PlanState("void")


@dataclass(frozen=True, slots=True)
class Move:
    """One step in the life of a plan. `text` becomes a line of its history; `who` is the actor of the audit row."""

    to: PlanState
    allowed_from: Collection[PlanState]
    text: str
    who: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] | None = None  # fields of Outcome
    columns: Mapping[str, Any] | None = None  # columns of the row
    check_hash: bool = False
    not_expired_at: datetime | None = None
    result: str = ""
    error: str = ""
    upstream_id: str = ""
    approvers: tuple[str, ...] = ()
    detail: Mapping[str, Any] | None = None  # beside the text, in the audit row


class Ledger:
    def __init__(self, db: Database, trail: Trail, clock: Clock) -> None:
        self.db = db
        self.trail = trail
        self.clock = clock

    async def get(self, plan_id: str) -> PlanRow | None:
        async with self.db.read() as tx:
            return await self.db.plans.get(tx, plan_id)

    async def move(self, tx: Tx, row: PlanRow, move: Move) -> bool:
        """False when the plan is no longer in one of the allowed states, or another process's; then nothing was written."""
        outcome = outcome_of(row).told(self.clock.now(), move.text, **(move.changes or {}))
        moved = await self.db.plans.move(
            tx,
            row.id,
            to=move.to,
            allowed_from=move.allowed_from,
            where_hash=row.hash if move.check_hash else None,
            not_expired_at=move.not_expired_at,
            where_claimed_by=row.claimed_by,
            outcome=outcome.model_dump(mode="json"),
            **(move.columns or {}),
        )
        if moved:
            await self.trail.record(tx, self.event(row, f"plan.{move.to.value}", move))
        return moved

    async def move_alone(self, row: PlanRow, move: Move) -> bool:
        return await self.db.write_whole(lambda tx: self.move(tx, row, move))

    async def supersede(self, tx: Tx, row: PlanRow) -> list[PlanRow]:
        """A newer plan for the same target takes the place of one that still waits."""
        replaced: list[PlanRow] = []
        for old in await self.db.plans.for_target(tx, row.target_key, {PENDING}):
            if old.workspace != row.workspace:
                continue
            move = Move(
                SUPERSEDED, {PENDING}, f"replaced by {row.id}", columns={"decided_at": row.created_at}
            )
            if await self.move(tx, old, move):
                replaced.append(old)
        return replaced

    async def note_progress(self, row: PlanRow, outcome: Outcome) -> None:
        """Progress is no state: it changes the row without an audit row."""
        async with self.db.write() as tx:
            await self.db.plans.move(
                tx, row.id, to=row.state, allowed_from={row.state}, where_claimed_by=row.claimed_by,
                outcome=outcome.model_dump(mode="json"),
            )  # fmt: skip

    async def take_over(self, row: PlanRow, standing: Standing) -> PlanRow | None:
        """Hand a running plan from the process that claimed it to ours.

        None: that one is alive, somebody else was faster, or we are taken for dead ourselves.
        """
        async with self.db.write() as tx:
            now = await self.db.plans.get(tx, row.id)
            if now is None or (now.state, now.claimed_by) != (row.state, row.claimed_by):
                return None
            if not await standing.gone(tx, row.claimed_by or "") or await standing.gone(tx, standing.worker):
                return None
            outcome = outcome_of(now).told(self.clock.now(), "taken over", taken_over=True)
            await self.db.plans.move(
                tx, row.id, to=now.state, allowed_from={now.state}, claimed_by=standing.worker,
                outcome=outcome.model_dump(mode="json"),
            )  # fmt: skip
            return await self.db.plans.get(tx, row.id)

    def event(self, row: PlanRow, name: str, move: Move | None = None, **extra: Any) -> AuditEvent:
        """An audit event about a plan; A20: requester, approvers, channel, hash and reason are in every one."""
        detail: dict[str, Any] = {
            "requester": row.requester,
            "environment": row.environment,
            "risk": str(row.risk),
        }
        if move is not None:
            detail |= {"text": move.text, **(move.detail or {})}
            extra.setdefault("actor", dict(move.who) if move.who else None)
            extra.setdefault("result", move.result or None)
            extra.setdefault("error", move.error or None)
            extra.setdefault("upstream_id", move.upstream_id or None)
            extra.setdefault("approvers", move.approvers or None)
        detail.update(extra.pop("detail", {}))
        return AuditEvent(
            type=EventType(name),
            workspace=row.workspace,
            channel=row.channel,
            thread=row.thread,
            request=row.inbox_id,
            tool=row.action,
            plan_id=row.id,
            plan_hash=row.hash,
            detail=detail,
            **{key: value for key, value in extra.items() if value is not None},
        )

    @staticmethod
    def target(plan: Plan) -> dict[str, Any]:
        return plan.draft.target.model_dump(mode="json")


def expiry(row: PlanRow, ledger: Ledger) -> Move:
    detail = f"expired at {row.expires_at:%H:%M:%S} UTC"
    now = ledger.clock.now()
    return Move(EXPIRED, WAITING, detail, columns={"decided_at": now}, changes={"detail": detail})

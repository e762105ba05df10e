"""Running an approved plan, once. The only place that builds `Approved`; it takes a plan id and nothing else.

Entered twice after a crash it reads before it writes: without an intent row no write was sent; with one, the target
is asked whether the write arrived.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from agents.changes.checks import Checks, Stop, no_drift
from agents.changes.finish import Finish
from agents.changes.judge import Judge
from agents.changes.ledger import (
    APPROVED,
    EXECUTING,
    FAILED,
    RUNNING,
    SUCCEEDED,
    UNKNOWN,
    VERIFYING,
    Ledger,
    Move,
)
from agents.changes.points import Point
from agents.changes.ports import Standing
from agents.changes.run import APPLY, ClaimLost, Hands, Run
from agents.changes.runbooks.sealed import is_runbook
from agents.changes.runbooks.steps import Steps
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo import restored, taken_back
from storage.plans import PlanRow
from tools.approved import Approved
from tools.cluster.answers import Conflict
from tools.errors import ToolError, TryLater
from tools.plan import Action, Applied, Effect

CONFLICT_TRIES = 3  # status updates move the version between re-read and write; each try re-reads everything


def approved(run: Run, kind: str) -> Approved:
    """The proof that a writing function asks for. `kind` makes its token, the key that keeps a write single.

    Each step of a runbook is marked as a plan of its own, so that the write of one is never taken for another's.
    """
    draft = run.plan.draft
    original = taken_back(draft)
    return Approved(
        plan_id=run.mark,
        plan_hash=run.row.hash,
        draft=original or draft,
        undoes=str(draft.args.get("plan", "")) if original else "",
        requester=run.plan.requester.person,
        approvers=run.approvers,
        token=f"{run.row.id}:{run.key(kind)}",
    )


class Executor:
    def __init__(
        self,
        *,
        actions: Mapping[str, Action[Any]],
        hands: Hands,
        ledger: Ledger,
        checks: Checks,
        finish: Finish,
        judge: Judge,
        steps: Steps,
        standing: Standing,
        point: Point,
    ) -> None:
        self._actions = actions
        self._hands = hands
        self._ledger = ledger
        self._checks = checks
        self._finish = finish
        self._judge = judge
        self._steps = steps
        self._standing = standing
        self._point = point

    async def execute(self, plan_id: str) -> None:
        """Bring the plan to a final state. Safe to enter twice, one after the other; does nothing for a settled plan.

        Raises StoreUnavailable while nothing was written yet and the store is away: the engine tries again.
        """
        self._hands.must_stand()
        row = await self._ledger.get(plan_id)
        if row is None:
            return
        if row.state == APPROVED:
            claimed = await self._claim(row)
            if claimed is None:
                return
            row = claimed
        elif row.state == UNKNOWN:
            await self._look_again(row)
            return
        elif row.state not in RUNNING:
            return
        elif row.claimed_by != self._standing.worker:
            taken = await self._ledger.take_over(row, self._standing)
            if taken is None:
                return
            row = taken
            await self._finish.taken_over(row)
        try:
            await self._continue(row)
        except ClaimLost:
            return

    async def _claim(self, row: PlanRow) -> PlanRow | None:
        """Compare-and-set to `executing` with its audit row. None: somebody else has it, or it must wait."""
        self._point("before_claim", row.id)
        if await self._checks.stopped():
            return None
        now = self._ledger.clock.now()
        move = Move(
            EXECUTING, {APPROVED}, "started", columns={"claimed_by": self._standing.worker},
            changes={"started_at": now.isoformat()}, check_hash=True, not_expired_at=now,
        )  # fmt: skip
        if not await self._ledger.move_alone(row, move):
            return None
        self._point("after_claim", row.id)
        return await self._fresh(row)

    async def _fresh(self, row: PlanRow) -> PlanRow:
        found = await self._ledger.get(row.id)
        if found is None:
            raise LookupError(row.id)
        return found

    async def _continue(self, row: PlanRow) -> None:
        try:
            plan = open_plan(row)
        except NotSealed as problem:
            await self._altered(row, str(problem))
            return
        if plan.draft.action not in self._actions:
            await self._altered(row, f"there is no action {plan.draft.action} any more")
            return
        run = await self._opened(row, plan)
        if is_runbook(plan.draft):
            await self._steps.go(run)
        elif row.state == VERIFYING:
            await self._judge.resume(run)
        elif await self._hands.intent(row.id, APPLY) is None:
            await self._write(run)
        else:
            await self._reconcile(run)

    async def _opened(self, row: PlanRow, plan: Plan) -> Run:
        action = self._actions[plan.draft.action]
        if plan.undo_of and not is_runbook(plan.draft):
            action = restored(action, plan.draft)
        return Run(row, plan, action, await self._checks.approvers_of(row), approved)

    async def _look_again(self, row: PlanRow) -> None:
        """An unknown outcome, once, when the target may be readable again. It only reads; what it cannot tell stays."""
        try:
            plan = open_plan(row)
            run = await self._opened(row, plan)
        except (NotSealed, KeyError):
            return
        if is_runbook(plan.draft):  # how far it came is on its card; a person looks at the step that is open
            return
        effect = await self._hands.effect(run)
        if effect is Effect.NONE:
            await self._finish.cleared_up(row, FAILED, "looked again: the change did not arrive")
        elif effect is Effect.DONE and (seen := await self._judge.holds(run)) is not None:
            await self._finish.cleared_up(row, SUCCEEDED, f"looked again: {seen.progress}", seen.facts)

    async def _altered(self, row: PlanRow, problem: str) -> None:
        """Somebody edited the stored plan. Nothing more is sent; whether something was, the intent row knows."""
        sent = await self._hands.sent(row.id)
        if not sent and row.state == EXECUTING:
            await self._finish.void(row, problem)
        else:
            await self._finish.settle(row, UNKNOWN, f"{problem}. A person must look.", {})

    # before the write

    async def _write(self, run: Run, tries: int = CONFLICT_TRIES) -> None:
        """Every check again on what is there now; then the intent row; then the write."""
        try:
            approvers = await self._checks.all(run.row, run.plan)
            reread = await run.action.reread(self._hands.call(run), run.plan.draft)
            no_drift(reread)
            await run.action.dry_run(self._hands.call(run), run.plan.draft, reread.precondition)
            await self._checks.still_open(run.row, run.plan)
        except Stop as stop:
            await self._finish.void(run.row, stop.reason, stop.drift)
            return
        except ToolError as error:
            await self._finish.void(run.row, f"not started: {error.reason}", upstream_id=error.upstream_id)
            return
        run = dataclasses.replace(run, approvers=approvers)
        self._point("before_intent", run.row.id)
        await self._hands.intend(run, APPLY, reread.precondition)
        self._point("before_write", run.row.id)
        self._hands.must_stand()
        try:
            applied = await run.action.apply(self._hands.call(run), run.approved(APPLY), reread.precondition)
        except ToolError as error:
            await self._refused(run, error, tries)
            return
        self._point("after_write", run.row.id)
        await self._judge.applied(run, applied)

    # after the write

    async def _refused(self, run: Run, error: ToolError, tries: int) -> None:
        """The other side said no, or nothing. Read back what is true before saying anything."""
        effect = await self._hands.effect(run)
        if effect is Effect.DONE:
            await self._judge.applied(
                run, Applied(error.upstream_id, "the answer was lost, the change is there")
            )
        elif isinstance(error, TryLater):
            there = "was not there a moment later" if effect is Effect.NONE else "cannot be read"
            text = f"{error.reason}; whether the change arrived is not known: it {there}"
            await self._finish.settle(run.row, UNKNOWN, text, {}, upstream_id=error.upstream_id)
        elif isinstance(error, Conflict) and tries > 1 and await self._only_version_moved(run):
            await self._write(run, tries - 1)
        else:
            await self._not_written(run, error)

    async def _only_version_moved(self, run: Run) -> bool:
        """A conflict although nothing that the card shows changed: a status update came between."""
        try:
            return not (await run.action.reread(self._hands.call(run), run.plan.draft)).drift
        except ToolError:
            return False

    async def _not_written(self, run: Run, error: ToolError) -> None:
        try:
            drift = (await run.action.reread(self._hands.call(run), run.plan.draft)).drift
        except ToolError:
            drift = ()
        if drift:
            await self._finish.void(
                run.row, "the target changed just before the write", drift, upstream_id=error.upstream_id
            )
        else:
            await self._finish.failed(
                run.row, f"refused: {error.reason}; nothing was changed", error.upstream_id
            )

    # after a crash

    async def _reconcile(self, run: Run) -> None:
        """An intent row and no result: the process died around the write. The target knows."""
        effect = await self._hands.effect(run)
        if effect is Effect.DONE:
            await self._judge.applied(run, Applied("", "found in place after a restart; not sent again"))
        elif effect is Effect.NONE:
            await self._write(run)
        else:
            text = "interrupted around the write; whether it arrived cannot be read. A person must look."
            await self._finish.settle(run.row, UNKNOWN, text, {})

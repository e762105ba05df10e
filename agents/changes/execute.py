"""Running an approved plan, once. The only place that builds `Approved`; it takes a plan id and nothing else.

Entered twice after a crash it reads before it writes: without an intent row no write was sent; with one, the target
is asked whether the write arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.changes.checks import Checks, Stop, no_drift
from agents.changes.finish import Finish
from agents.changes.ledger import APPROVED, EXECUTING, RUNNING, UNKNOWN, VERIFYING, Ledger, Move
from agents.changes.outcome import outcome_of
from agents.changes.points import Point
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo import restored
from agents.changes.verify import Verdict, watch
from storage.plans import PlanRow
from tools.approved import Approved
from tools.clients import Clients
from tools.cluster.answers import Conflict
from tools.errors import ToolError, TryLater
from tools.plan import Action, Applied, Effect
from tools.spec import Call

APPLY, ROLLBACK = "apply", "rollback"
CALL_SECONDS = 20.0
LOOK_SECONDS = 8.0
RESUMED_SECONDS = 10.0  # a run taken over late still gets a fair look
CONFLICT_TRIES = 3  # status updates move the version between re-read and write; each try re-reads everything


@dataclass(frozen=True, slots=True)
class Run:
    """A plan on its way, opened and proven unaltered."""

    row: PlanRow
    plan: Plan
    action: Action[Any]
    approvers: tuple[str, ...]

    def approved(self, step: str) -> Approved:
        return Approved(
            plan_id=self.row.id,
            plan_hash=self.row.hash,
            draft=self.plan.draft,
            requester=self.plan.requester.person,
            approvers=self.approvers,
            token=f"{self.row.id}:{step}",
        )


class Executor:
    def __init__(
        self,
        *,
        actions: Mapping[str, Action[Any]],
        clients: Clients,
        ledger: Ledger,
        checks: Checks,
        finish: Finish,
        worker: str,
        point: Point,
    ) -> None:
        self._actions = actions
        self._clients = clients
        self._ledger = ledger
        self._checks = checks
        self._finish = finish
        self._worker = worker
        self._point = point

    async def execute(self, plan_id: str) -> None:
        """Bring the plan to a final state. Safe to enter twice, one after the other; does nothing for a settled plan.

        Raises StoreUnavailable while nothing was written yet and the store is away: the engine tries again.
        """
        row = await self._ledger.get(plan_id)
        if row is None:
            return
        if row.state == APPROVED:
            claimed = await self._claim(row)
            if claimed is None:
                return
            row = claimed
        elif row.state not in RUNNING:
            return
        elif row.claimed_by != self._worker:
            await self._ledger.note_progress(
                row, outcome_of(row).told(self._ledger.clock.now(), "taken over", taken_over=True)
            )
            row = await self._fresh(row)
        await self._continue(row)

    async def _claim(self, row: PlanRow) -> PlanRow | None:
        """Compare-and-set to `executing` with its audit row. None: somebody else has it, or it must wait."""
        self._point("before_claim", row.id)
        if await self._checks.stopped():
            return None
        now = self._ledger.clock.now()
        move = Move(
            EXECUTING, {APPROVED}, "started", columns={"claimed_by": self._worker},
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
        action = self._actions.get(plan.draft.action)
        if action is None:
            await self._finish.void(row, f"there is no action {plan.draft.action} any more")
            return
        if plan.undo_of:
            action = restored(action, plan.draft)
        run = Run(row, plan, action, await self._checks.approvers_of(row))
        if row.state == VERIFYING:
            await self._resume_verifying(run)
        elif await self._intent(run, APPLY) is None:
            await self._write(run)
        else:
            await self._reconcile(run)

    async def _altered(self, row: PlanRow, problem: str) -> None:
        """Somebody edited the stored plan. Nothing more is sent; whether something was, the intent row knows."""
        async with self._ledger.db.read() as tx:
            sent = await self._ledger.db.executions.get(tx, row.id, APPLY)
        if sent is None and row.state == EXECUTING:
            await self._finish.void(row, problem)
        else:
            await self._finish.settle(row, UNKNOWN, f"{problem}. A person must look.", {})

    # before the write

    async def _write(self, run: Run, tries: int = CONFLICT_TRIES) -> None:
        """Every check again on what is there now; then the intent row; then the write."""
        try:
            approvers = await self._checks.all(run.row, run.plan)
            reread = await run.action.reread(self._call(), run.plan.draft)
            no_drift(reread)
            await run.action.dry_run(self._call(), run.plan.draft, reread.precondition)
            await self._checks.still_open(run.row, run.plan)
        except Stop as stop:
            await self._finish.void(run.row, stop.reason, stop.drift)
            return
        except ToolError as error:
            await self._finish.void(run.row, f"not started: {error.reason}", upstream_id=error.upstream_id)
            return
        run = Run(run.row, run.plan, run.action, approvers)
        self._point("before_intent", run.row.id)
        await self._intend(run, APPLY, reread.precondition)
        self._point("before_write", run.row.id)
        try:
            applied = await run.action.apply(self._call(), run.approved(APPLY), reread.precondition)
        except ToolError as error:
            await self._refused(run, error, tries)
            return
        self._point("after_write", run.row.id)
        await self._applied(run, applied)

    def _call(self, seconds: float = CALL_SECONDS) -> Call:
        return Call(self._clients, self._ledger.clock.now(), seconds, Everything())

    async def _intend(self, run: Run, step: str, precondition: str) -> None:
        """The row that proves, before the write, what will be sent. Committed first or nothing is sent."""
        token = f"{run.row.id}:{step}"
        request = {
            "precondition": precondition,
            "write": run.plan.draft.write if step == APPLY else run.plan.draft.rollback,
        }
        async with self._ledger.db.write() as tx:
            await self._ledger.db.executions.intend(
                tx, plan_id=run.row.id, step=step, token=token, request=request
            )
            event = self._ledger.event(
                run.row, "plan.write_intended", approvers=run.approvers, correlation=run.plan.correlation,
                target=Ledger.target(run.plan), detail={"step": step, "token": token, "precondition": precondition},
            )  # fmt: skip
            await self._ledger.trail.record(tx, event)

    async def _intent(self, run: Run, step: str) -> Any:
        async with self._ledger.db.read() as tx:
            return await self._ledger.db.executions.get(tx, run.row.id, step)

    # after the write

    async def _refused(self, run: Run, error: ToolError, tries: int) -> None:
        """The other side said no, or nothing. Read back what is true before saying anything."""
        effect = await self._effect(run)
        if effect is Effect.DONE:
            await self._applied(run, Applied(error.upstream_id, "the answer was lost, the change is there"))
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
            return not (await run.action.reread(self._call(), run.plan.draft)).drift
        except ToolError:
            return False

    async def _not_written(self, run: Run, error: ToolError) -> None:
        try:
            drift = (await run.action.reread(self._call(), run.plan.draft)).drift
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

    async def _effect(self, run: Run) -> Effect:
        try:
            return await run.action.effect(self._call(), run.plan.draft, run.row.id)
        except ToolError:
            return Effect.CANNOT_TELL

    async def _applied(self, run: Run, applied: Applied) -> None:
        self._point("before_result", run.row.id)
        row = await self._finish.applied(run.row, APPLY, applied)
        self._point("after_result", run.row.id)
        await self._verify(Run(row, run.plan, run.action, run.approvers))

    async def _verify(self, run: Run, within: float | None = None) -> None:
        check = run.plan.draft.check

        async def look() -> Any:
            self._point("during_verify", run.row.id)
            return await run.action.observe(self._call(LOOK_SECONDS), run.plan.draft)

        verdict = await watch(
            look, deadline_s=check.deadline_s if within is None else within, hold_s=check.hold_s,
            tell=self._finish.teller(run.row),
        )  # fmt: skip
        if verdict.kind == "held":
            await self._finish.succeeded(run.row, verdict)
        elif verdict.kind == "unreadable":
            text = f"the result cannot be read: {verdict.text}; a roll-back is offered"
            await self._finish.settle(run.row, UNKNOWN, text, verdict.facts)
        else:
            await self._roll_back(run, verdict)

    # back

    async def _roll_back(self, run: Run, verdict: Verdict) -> None:
        draft = run.plan.draft
        if not draft.reversible or draft.rollback is None:
            changed = "; ".join(f"{c.path}: {c.before} -> {c.after}" for c in draft.changes)
            text = f"verification failed ({verdict.text}) and it cannot be undone. Changed: {changed or draft.title}"
            await self._finish.failed(run.row, text, facts=verdict.facts)
            return
        row = await self._finish.rolling_back(run.row, verdict)
        run = Run(row, run.plan, run.action, run.approvers)
        await self._intend(run, ROLLBACK, "")
        await self._send_back(run, verdict.text)

    async def _send_back(self, run: Run, why: str) -> None:
        try:
            applied = await run.action.roll_back(self._call(), run.approved(ROLLBACK))
        except ToolError as error:
            if not await self._is_back(run):
                await self._finish.rollback_failed(run.row, why, error.reason, {}, error.upstream_id)
                return
            applied = Applied(error.upstream_id, "the answer was lost, the state is restored")
        row = await self._finish.applied(run.row, ROLLBACK, applied)
        await self._verify_rollback(Run(row, run.plan, run.action, run.approvers), why)

    async def _is_back(self, run: Run) -> bool:
        try:
            seen = await run.action.observe_rollback(self._call(), run.plan.draft)
        except ToolError:
            return False
        return seen.state.value in {"holds", "not_yet"}

    async def _verify_rollback(self, run: Run, why: str) -> None:
        check = run.plan.draft.check

        async def look() -> Any:
            return await run.action.observe_rollback(self._call(LOOK_SECONDS), run.plan.draft)

        verdict = await watch(
            look,
            deadline_s=check.deadline_s,
            hold_s=min(check.hold_s, 3.0),
            tell=self._finish.teller(run.row, "rolling back: "),
        )
        if verdict.kind == "held":
            await self._finish.rolled_back(run.row, why, verdict)
        else:
            await self._finish.rollback_failed(run.row, why, verdict.text, verdict.facts)

    # after a crash

    async def _reconcile(self, run: Run) -> None:
        """An intent row and no result: the process died around the write. The target knows."""
        effect = await self._effect(run)
        if effect is Effect.DONE:
            await self._applied(run, Applied("", "found in place after a restart; not sent again"))
        elif effect is Effect.NONE:
            await self._write(run)
        else:
            text = "interrupted around the write; whether it arrived cannot be read. A person must look."
            await self._finish.settle(run.row, UNKNOWN, text, {})

    async def _resume_verifying(self, run: Run) -> None:
        back = await self._intent(run, ROLLBACK)
        if back is None:
            check = run.plan.draft.check
            left = self._finish.time_left(run.row, check.deadline_s)
            await self._verify(run, max(left, min(RESUMED_SECONDS, check.deadline_s)))
        elif back.outcome is None:
            await self._send_back(run, "verification failed")
        else:
            await self._verify_rollback(run, "verification failed")


class Everything:
    """The executor's reach: it acts on one sealed target, checked against the approvers' rights before."""

    def namespace(self, cluster: str, namespace: str) -> bool:  # noqa: ARG002 - the port's form
        return True

    def compartment(self, name: str) -> bool:  # noqa: ARG002
        return True

"""The way back: every step that was written, the last one first. A step that cannot be taken back stays and is named."""

from __future__ import annotations

from agents.changes.finish import Finish
from agents.changes.outcome import outcome_of
from agents.changes.points import Point
from agents.changes.run import APPLY, Hands, Run
from agents.changes.runbooks.ended import Ended
from agents.changes.runbooks.looking import Looking
from agents.changes.runbooks.sealed import Sealed
from agents.changes.runbooks.stage import Stage
from agents.changes.verify import Verdict
from storage.executions import ExecutionRow
from tools.approved import ROLLBACK
from tools.errors import ToolError
from tools.plan import Applied, Effect

BACK, STAYS = "rolled back", "stays"


class Back:
    def __init__(self, *, stage: Stage, hands: Hands, finish: Finish, looking: Looking, point: Point) -> None:
        self._stage = stage
        self._hands = hands
        self._finish = finish
        self._looking = looking
        self._point = point

    async def go(self, run: Run, sealed: Sealed, ended: Ended) -> None:
        """Take back what was written and settle the plan."""
        why = ended.text
        stays: list[str] = []
        facts: dict[str, str] = {}
        for step in reversed(sealed.steps):
            run = run.at(await self._finish.now(run.row))
            sent = await self._hands.intent(run.row.id, f"{step.key}:{APPLY}")
            mark = outcome_of(run.row).steps.get(step.key)
            if sent is None or (mark is not None and mark.state == BACK):
                continue
            staged = self._stage.of(run, step, sent)
            if not await self._written(staged, sent):
                continue
            draft = staged.plan.draft
            if not draft.reversible or draft.rollback is None:
                stays.append(f"step {step.number} ({step.name})")
                await self._finish.step(run.row, step.key, STAYS, draft.undo)
                continue
            verdict = await self._one(staged)
            if verdict.kind != "held":
                problem = f"step {step.number} ({step.name}) was not taken back: {verdict.text}"
                await self._finish.step(run.row, step.key, "roll-back failed", verdict.text)
                await self._finish.rollback_failed(run.row, why, problem, verdict.facts)
                return
            facts.update(verdict.facts)
            await self._finish.step(run.row, step.key, BACK, verdict.text)
            self._point("after_step_back", staged.mark)
        row = await self._finish.now(run.row)
        back = any(mark.state == BACK for mark in outcome_of(row).steps.values())
        if not stays and not back:
            await self._finish.failed(row, f"{why}; nothing was changed", ended.upstream_id)
        elif stays:
            text = f"{why}; {' and '.join(stays)} cannot be undone and stays, what could be was taken back"
            await self._finish.failed(row, text, facts=facts)
        else:
            await self._finish.rolled_back(row, why, Verdict("held", "", facts))

    async def _written(self, staged: Run, sent: ExecutionRow) -> bool:
        """A step whose write was refused, or never arrived, has nothing to take back."""
        if sent.outcome is not None:
            return "refused" not in sent.outcome
        return await self._hands.effect(staged) is not Effect.NONE

    async def _one(self, staged: Run) -> Verdict:
        """Once: a way back that arrived is not sent again."""
        known = await self._hands.intent(staged.row.id, staged.key(ROLLBACK))
        if known is None:
            await self._hands.intend(staged, ROLLBACK)
        if known is None or known.outcome is None:
            problem = await self._sent(staged, again=known is not None)
            if problem is not None:
                return problem
        return await self._looking.back(staged.at(await self._finish.now(staged.row)))

    async def _sent(self, staged: Run, *, again: bool) -> Verdict | None:
        """None when it is written. `again`: a process died around it, so the target is asked first."""
        if again and await self._looking.is_back(staged):
            await self._finish.applied(
                staged.row, staged.key(ROLLBACK), Applied("", "found in place after a restart")
            )
            return None
        self._point("before_rollback", staged.mark)
        self._hands.must_stand()
        try:
            applied = await staged.action.roll_back(self._hands.call(staged), staged.approved(ROLLBACK))
        except ToolError as error:
            if not await self._looking.is_back(staged):
                return Verdict("false", error.reason, {})
            applied = Applied(error.upstream_id, "the answer was lost, the state is restored")
        self._point("after_rollback", staged.mark)
        await self._finish.applied(staged.row, staged.key(ROLLBACK), applied)
        return None

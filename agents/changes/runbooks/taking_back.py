"""The undo of a whole runbook: one plan, sealed and approved as any, whose steps take back what was done, the last first.

What each step really wrote is in its intent row where it was planned just before it ran, else in the sealed plan. A step
that finds its target changed by an earlier step of the undo is planned again just before it runs, as in any runbook.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.changes.ledger import Ledger
from agents.changes.resting import at_rest
from agents.changes.run import APPLY
from agents.changes.runbooks.sealed import Sealed, Step, is_runbook, sealed_of
from agents.changes.runbooks.summing import summed
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo import UndoArgs, undo_of, undoing
from storage.executions import ExecutionRow
from storage.plans import PlanRow, PlanState
from tools.errors import GiveUp
from tools.plan import Action, Draft
from tools.spec import Call


@dataclass(frozen=True)
class Done:
    """A step that held: what it wrote, and how it left what it had shown."""

    step: Step
    draft: Draft
    left: Mapping[str, str] | None


def taken_back(
    action: Action[Any], row: PlanRow, actions: Mapping[str, Action[Any]], ledger: Ledger
) -> Action[Any]:
    """The action that undoes `row`, whatever it was. Raises GiveUp when there is nothing to undo or no saved state."""
    try:
        plan = open_plan(row)
    except NotSealed:
        return undo_of(action, row)  # which says so
    if not is_runbook(plan.draft):
        return undo_of(action, row)
    if row.state != PlanState.SUCCEEDED or plan.undo_of:
        raise GiveUp(
            f"{row.id} is {row.state.value}: only a runbook whose steps all hold is undone as a whole; look at its steps"
        )
    if plan.draft.rollback is None:
        raise GiveUp(f"{row.id} cannot be undone as a whole: {plan.draft.undo}")
    back = _Back(plan, actions, ledger)
    return dataclasses.replace(action, args=UndoArgs, reversible=False, plan=back.plan)


@dataclass(frozen=True)
class _Back:
    original: Plan
    actions: Mapping[str, Action[Any]]
    ledger: Ledger

    async def plan(self, call: Call, args: UndoArgs) -> Draft:
        sealed = sealed_of(self.original.draft)
        steps: list[Step] = []
        for number, done in enumerate(reversed(await self._done(sealed)), start=1):
            steps.append(await self._step(call, args, number, done, steps))
        whole = Sealed(name=sealed.name, hash="", params=sealed.params, steps=tuple(steps))
        title = f"Undo: {self.original.draft.title}"[:200]
        return summed(whole, title).model_copy(
            update={
                "args": args.model_dump(mode="json"),
                "reversible": False,
                "undo": "run it again",
                "rollback": None,
            }
        )

    async def _done(self, sealed: Sealed) -> list[Done]:
        """In the order in which they were done. Raises GiveUp for one of which nobody knows what it wrote."""
        async with self.ledger.db.read() as tx:
            rows = [
                await self.ledger.db.executions.get(tx, self.original.id, f"{step.key}:{APPLY}")
                for step in sealed.steps
            ]
        return [_done(step, row) for step, row in zip(sealed.steps, rows, strict=True)]

    async def _step(
        self, call: Call, args: UndoArgs, number: int, done: Done, before: Sequence[Step]
    ) -> Step:
        action = self.actions.get(done.draft.action)
        if action is None:
            raise GiveUp(f"there is no action {done.draft.action} any more")
        moved = any(step.draft.target.uid == done.draft.target.uid for step in before)
        back = undoing(action, done.draft, None if moved else done.left)
        draft = await at_rest(lambda: back.plan(call, args))
        undoes = done.draft.model_dump(mode="json")
        return Step(number=number, name=f"undo-{done.step.name}", draft=draft, again=moved, undoes=undoes)


def _done(step: Step, row: ExecutionRow | None) -> Done:
    if row is None or row.outcome is None or "held" not in row.outcome:
        raise GiveUp(f"what step {step.number} ({step.name}) wrote is not on record")
    kept = row.request.get("draft")
    draft = Draft.model_validate(kept) if kept else step.draft
    if draft.rollback is None:
        raise GiveUp(f"step {step.number} ({step.name}) cannot be undone: {draft.undo}")
    return Done(step, draft, row.outcome.get("left"))

"""Running the steps of a runbook one after the other; the first that fails begins the way back.

Each step has its own intent row, so that a process that goes on after another one died knows where it is: no row, not
begun; a row without an answer, the target is asked; an answer that is not marked as held, it is watched on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from agents.changes.checks import Checks, Stop, no_drift
from agents.changes.finish import Finish
from agents.changes.ledger import UNKNOWN
from agents.changes.outcome import outcome_of
from agents.changes.points import Point
from agents.changes.run import APPLY, Hands, Run
from agents.changes.runbooks.anew import Anew
from agents.changes.runbooks.back import Back
from agents.changes.runbooks.ended import DONE, Ended
from agents.changes.runbooks.folder import Runbooks
from agents.changes.runbooks.looking import Looking
from agents.changes.runbooks.sealed import Sealed, Step, sealed_of
from agents.changes.runbooks.stage import Stage
from agents.changes.runbooks.summing import facts_of
from agents.changes.verify import Verdict
from storage.executions import ExecutionRow
from tools.cluster.answers import Conflict
from tools.errors import AskBack, ToolError, TryLater
from tools.plan import Action, Applied, Effect

CONFLICT_TRIES = 3


class Steps:
    def __init__(
        self,
        *,
        actions: Mapping[str, Action[Any]],
        runbooks: Runbooks,
        hands: Hands,
        checks: Checks,
        finish: Finish,
        point: Point,
    ) -> None:
        self._runbooks = runbooks
        self._hands = hands
        self._checks = checks
        self._finish = finish
        self._point = point
        self._stage = Stage(actions)
        self._anew = Anew(checks, hands)
        self._looking = Looking(hands, finish, point)
        self._back = Back(stage=self._stage, hands=hands, finish=finish, looking=self._looking, point=point)

    async def go(self, run: Run) -> None:
        """Bring the runbook to its end, from wherever it is. Raises StoreUnavailable: then it is entered again."""
        sealed = sealed_of(run.plan.draft)
        why = outcome_of(run.row).backing
        ended = Ended("failed", why) if why else await self._forward(run, sealed)
        run = run.at(await self._finish.now(run.row))
        if ended.kind == "done":
            facts = await self._facts(run, sealed)
            text = f"all {len(sealed.steps)} steps hold"
            await self._finish.succeeded(run.row, Verdict("held", text, facts))
        elif ended.kind == "unknown":
            await self._finish.settle(run.row, UNKNOWN, f"{ended.text}. A person must look.", {})
        elif await self._hands.sent(run.row.id):
            await self._back.go(run, sealed, ended)
        elif ended.kind == "refused":
            await self._finish.failed(run.row, ended.text, ended.upstream_id)
        else:
            await self._finish.void(run.row, ended.text, ended.drift, ended.upstream_id)

    async def _forward(self, run: Run, sealed: Sealed) -> Ended:
        for step in sealed.steps:
            run = run.at(await self._finish.now(run.row))
            ended = await self._one(run, sealed, step)
            if ended.kind != "done":
                where = f"step {step.number} ({step.name}): {ended.text}"
                state = {"unknown": "unknown", "failed": "failed"}.get(ended.kind, "not started")
                if ended.kind == "unknown" or await self._hands.sent(run.row.id):
                    backing = "" if ended.kind == "unknown" else where
                    await self._finish.step(run.row, step.key, state, ended.text, backing=backing)
                return dataclasses.replace(ended, text=where)
        return DONE

    async def _one(self, run: Run, sealed: Sealed, step: Step) -> Ended:
        sent = await self._hands.intent(run.row.id, f"{step.key}:{APPLY}")
        if sent is None:
            return await self._begin(run, sealed, step)
        if sent.outcome is not None and "held" in sent.outcome:
            await self._marked_done(run, step, str(sent.outcome["held"]))
            return DONE
        staged = self._stage.of(run, step, sent)
        if sent.outcome is not None:
            return await self._watched(staged, sent.outcome, resumed=True)
        return await self._reconciled(run, sealed, step, staged)

    async def _reconciled(self, run: Run, sealed: Sealed, step: Step, staged: Run) -> Ended:
        """An intent row and no answer: the process died around the write. The target knows."""
        effect = await self._hands.effect(staged)
        if effect is Effect.DONE:
            return await self._applied(staged, Applied("", "found in place after a restart; not sent again"))
        if effect is Effect.NONE:
            return await self._begin(run, sealed, step)
        return Ended("unknown", "it was interrupted around the write; whether that arrived cannot be read")

    async def _begin(self, run: Run, sealed: Sealed, step: Step) -> Ended:
        """A conflict proves that nothing was written: then everything is read and judged again."""
        for left in reversed(range(CONFLICT_TRIES)):
            ended = await self._try(run, sealed, step, left)
            if ended.kind != "again":
                return ended
        raise AssertionError("unreachable")  # pragma: no cover

    async def _try(self, run: Run, sealed: Sealed, step: Step, left: int) -> Ended:
        """Every check again on what is there now; then the intent row; then the write."""
        try:
            approvers = await self._may_run(run, sealed, step)
            draft = await self._anew.draft(self._stage.of(run, step), step)
            staged = self._stage.of(dataclasses.replace(run, approvers=approvers), step, draft=draft)
            reread = await staged.action.reread(self._hands.call(staged), draft)
            no_drift(reread)
            await staged.action.dry_run(self._hands.call(staged), draft, reread.precondition)
            if step.number == 1:
                await self._checks.still_open(run.row, run.plan)
        except Stop as stop:
            return Ended("stopped", stop.reason, drift=stop.drift)
        except AskBack as ask:
            return Ended("stopped", f"not started: {ask.question}")
        except ToolError as error:
            return Ended("stopped", f"not started: {error.reason}", error.upstream_id)
        return await self._sent(staged, step, reread.precondition, left)

    async def _may_run(self, run: Run, sealed: Sealed, step: Step) -> tuple[str, ...]:
        """Raises Stop. Before the first write the file must still be the one that was approved."""
        if step.number > 1:
            return await self._checks.between(run.row, run.plan)
        approvers = await self._checks.all(run.row, run.plan)
        if sealed.hash and not await self._runbooks.unchanged(sealed.name, sealed.hash):
            raise Stop(f"the runbook {sealed.name} was changed after this was planned")
        return approvers

    async def _sent(self, staged: Run, step: Step, precondition: str, left: int) -> Ended:
        kept = {"draft": staged.plan.draft.model_dump(mode="json")} if step.again else None
        self._point("before_intent", staged.mark)
        await self._hands.intend(staged, APPLY, precondition, kept)
        self._point("before_write", staged.mark)
        self._hands.must_stand()
        try:
            applied = await staged.action.apply(
                self._hands.call(staged), staged.approved(APPLY), precondition
            )
        except ToolError as error:
            return await self._refused(staged, error, left)
        self._point("after_write", staged.mark)
        return await self._applied(staged, applied)

    async def _refused(self, staged: Run, error: ToolError, left: int) -> Ended:
        """The other side said no, or nothing. Read back what is true before saying anything."""
        effect = await self._hands.effect(staged)
        if effect is Effect.DONE:
            return await self._applied(
                staged, Applied(error.upstream_id, "the answer was lost, the change is there")
            )
        if isinstance(error, TryLater):
            return Ended("unknown", f"{error.reason}; whether it arrived is not known", error.upstream_id)
        if isinstance(error, Conflict) and left:
            return Ended("again")
        await self._finish.kept(staged.row, staged.key(APPLY), {"refused": error.reason})
        return Ended("refused", f"refused: {error.reason}; nothing was changed by it", error.upstream_id)

    async def _applied(self, staged: Run, applied: Applied) -> Ended:
        self._point("before_result", staged.mark)
        row = await self._finish.applied(staged.row, staged.key(APPLY), applied)
        self._point("after_result", staged.mark)
        row = await self._finish.step(row, staged.step, "running", staged.plan.draft.title)
        outcome = {"upstream_id": applied.upstream_id, "detail": applied.detail}
        return await self._watched(staged.at(row), outcome)

    async def _watched(self, staged: Run, outcome: Mapping[str, Any], *, resumed: bool = False) -> Ended:
        verdict = await self._looking.forward(staged, resumed=resumed)
        if verdict.kind == "unreadable":
            return Ended("unknown", f"the result cannot be read: {verdict.text}; a roll-back is offered")
        if verdict.kind == "false":
            return Ended("failed", f"verification failed: {verdict.text}")
        left = await self._hands.left(staged)
        held = {**outcome, "held": verdict.text, "facts": dict(verdict.facts), "left": left}
        await self._finish.kept(staged.row, staged.key(APPLY), held)
        self._point("after_step", staged.mark)
        await self._finish.step(staged.row, staged.step, "done", verdict.text)
        return DONE

    async def _marked_done(self, run: Run, step: Step, text: str) -> None:
        """Its card may not know yet, when a process died right after it held."""
        mark = outcome_of(run.row).steps.get(step.key)
        if mark is None or mark.state != "done":
            await self._finish.step(run.row, step.key, "done", text)

    async def _facts(self, run: Run, sealed: Sealed) -> dict[str, str]:
        """What was measured when each step held; of two the later counts."""
        found: dict[str, dict[str, str]] = {}
        for step in sealed.steps:
            sent: ExecutionRow | None = await self._hands.intent(run.row.id, f"{step.key}:{APPLY}")
            found[step.key] = dict((sent.outcome or {}).get("facts") or {}) if sent else {}
        return facts_of(sealed.steps, found)

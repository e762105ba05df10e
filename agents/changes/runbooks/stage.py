"""One step as a run of its own: its draft, its action, its marks; the row and the people are the runbook's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from agents.changes.run import Run
from agents.changes.runbooks.sealed import Step
from agents.changes.seal import Plan, open_plan
from agents.changes.undo import undoing
from storage.executions import ExecutionRow
from tools.errors import GiveUp
from tools.plan import Action, Draft


class Stage:
    def __init__(self, actions: Mapping[str, Action[Any]]) -> None:
        self._actions = actions

    def of(self, run: Run, step: Step, sent: ExecutionRow | None = None, draft: Draft | None = None) -> Run:
        """`sent`: its intent row, which keeps the draft that was made just before it. Raises GiveUp for an action that is gone."""
        action = self._actions.get(step.draft.action)
        if action is None:
            raise GiveUp(f"there is no action {step.draft.action} any more")
        if step.undoes is not None:
            action = undoing(action, Draft.model_validate(step.undoes))
        found = draft or self._kept(sent) or step.draft
        plan = self.whole(run).model_copy(update={"draft": found})
        return dataclasses.replace(run, plan=plan, action=action, step=step.key)

    @staticmethod
    def whole(run: Run) -> Plan:
        return open_plan(run.row)

    @staticmethod
    def _kept(sent: ExecutionRow | None) -> Draft | None:
        kept = sent.request.get("draft") if sent is not None else None
        return Draft.model_validate(kept) if kept else None

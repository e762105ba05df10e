"""Undoing a settled change is a change of its own: proposed, sealed, approved and verified like any other.

It restores what was saved before the first write. The whole original draft is sealed into it, so that what is
restored cannot change between the card and the write.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from agents.changes.access.rules import is_access
from agents.changes.outcome import outcome_of
from agents.changes.runbooks.sealed import is_runbook
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo_left import moved
from storage.plans import PlanRow, PlanState
from tools.approved import Approved
from tools.errors import AskBack, GiveUp
from tools.plan import (
    TAG,
    Action,
    Applied,
    Check,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
    Target,
)
from tools.spec import Args, Call

UNDOABLE = frozenset({"succeeded", "failed", "unknown", "rollback_failed"})


ORIGINAL = "undo_of"  # beside what the original write held: its roll-back reads that again


class UndoArgs(Args):
    plan: str


def target_of(row: PlanRow) -> Target | None:
    """What `row` changed, so that who asks for its undo is judged on that. None: no sealed plan says it."""
    try:
        return open_plan(row).draft.target
    except NotSealed:
        return None


def may_undo(row: PlanRow, plan: Plan) -> bool:
    """Whether the plan itself allows it; whether the target still does is read when it is asked for."""
    draft = plan.draft
    states = {PlanState.SUCCEEDED.value} if is_runbook(draft) else UNDOABLE
    return (
        row.state.value in states and draft.rollback is not None and not plan.undo_of and not is_access(draft)
    )


def undo_of(action: Action[Any], row: PlanRow) -> Action[Any]:
    """The action that undoes `row`. Raises GiveUp when there is nothing to undo or no saved state."""
    try:
        plan = open_plan(row)
    except NotSealed as error:
        raise GiveUp(f"{row.id} cannot be undone: {error}") from error
    if row.state.value not in UNDOABLE or plan.undo_of:
        raise GiveUp(f"{row.id} is {row.state.value}: there is nothing to undo")
    if is_access(plan.draft):
        raise GiveUp(f"{row.id} is about access: take it back by `access revoke`")
    if plan.draft.rollback is None:
        raise GiveUp(f"{row.id} cannot be undone: {plan.draft.undo}")
    return undoing(action, plan.draft, outcome_of(row).left if row.state == PlanState.SUCCEEDED else None)


def undoing(action: Action[Any], original: Draft, left: Mapping[str, str] | None = None) -> Action[Any]:
    """`action` turned around: its roll-back is the write, the saved state is what is verified.

    `left`: how the original left what it had shown; no undo is proposed over what others made of it since.
    """
    undo = _Undo(action, original, left)
    return dataclasses.replace(
        action,
        args=UndoArgs,
        reversible=False,
        plan=undo.plan,
        reread=undo.reread,
        dry_run=undo.dry_run,
        apply=undo.apply,
        effect=undo.effect,
        observe=undo.observe,
        observe_rollback=undo.observe,
    )


def restored(action: Action[Any], draft: Draft) -> Action[Any]:
    """The same action again from a stored undo plan."""
    return undoing(action, Draft.model_validate(draft.write[ORIGINAL]))


def taken_back(draft: Draft) -> Draft | None:
    """The change that an undo takes back, as it was approved with it, looked at from when the undo was asked for; None
    for what is no undo. Its way back compares with what its own card showed, and not with what is there now.
    """
    if ORIGINAL not in draft.write:
        return None
    return Draft.model_validate(draft.write[ORIGINAL]).model_copy(update={"check": draft.check})


def _from_now(check: Check, call: Call) -> Check:
    """What died before the undo was asked for does not count against it."""
    if "since" not in check.params:
        return check
    since = call.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return check.model_copy(update={"params": {**check.params, "since": since}})


@dataclasses.dataclass(frozen=True)
class _Undo:
    action: Action[Any]
    original: Draft
    left: Mapping[str, str] | None = None

    async def plan(self, call: Call, args: UndoArgs) -> Draft:
        original = self.original
        reread = await self.action.reread(call, original)
        if changed := moved(self.left, reread):
            raise AskBack(
                f"{original.target.name} was changed since by others: {changed}. An undo of {args.plan} would take that back, too, so I "
                "do not propose it; nothing was changed. What should it be instead?"
            )
        now = self._now(reread)
        changes = tuple(FieldChange(path=c.path, before=c.after, after=c.before) for c in original.changes)
        observed = await self.action.observe(call, original)
        back = self.action.undone(original.model_copy(update={"warnings": ()}))
        return back.model_copy(
            update={
                "args": args.model_dump(mode="json"),
                "title": f"Undo: {original.title}",
                "shown": now,
                "changes": changes,
                "dry_run": f"not needed: this restores what was saved before {args.plan} was written",
                "reversible": False,
                "undo": "propose the change again",
                "write": {**original.write, ORIGINAL: original.model_dump(mode="json")},
                "check": _from_now(original.check, call),
                "before": dict(observed.facts),
            }
        )

    def _now(self, reread: Reread) -> dict[str, str]:
        """What moved since the first card, and all tags: a policy goes by those that nobody changed, too."""
        tags = {path: value for path, value in self.original.shown.items() if path.startswith(TAG)}
        return tags | {d.path: d.after for d in reread.drift}

    async def reread(self, call: Call, draft: Draft) -> Reread:
        fresh = await self.action.reread(call, self.original)
        now = self._now(fresh)
        paths = sorted(now.keys() | draft.shown.keys())
        drift = tuple(
            FieldChange(
                path=p,
                before=draft.shown.get(p, "as before the change"),
                after=now.get(p, "restored already"),
            )
            for p in paths
            if now.get(p) != draft.shown.get(p)
        )
        return Reread(drift, fresh.precondition)

    async def dry_run(self, call: Call, draft: Draft, precondition: str) -> str:  # noqa: ARG002 - the port's form
        return draft.dry_run

    async def apply(self, call: Call, approved: Approved, precondition: str) -> Applied:  # noqa: ARG002
        return await self.action.roll_back(call, approved)

    async def effect(self, call: Call, draft: Draft, plan_id: str) -> Effect:  # noqa: ARG002
        drift = (await self.reread(call, draft)).drift
        if not drift:
            return Effect.NONE
        seen = await self.action.observe_rollback(call, self.original)
        return Effect.DONE if seen.state in {Observed.HOLDS, Observed.NOT_YET} else Effect.CANNOT_TELL

    async def observe(self, call: Call, draft: Draft) -> Observation:
        return await self.action.observe_rollback(call, taken_back(draft) or draft)

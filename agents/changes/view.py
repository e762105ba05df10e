"""The card's content, from the stored row alone: what is shown is what was sealed, plus what happened since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from agents.changes.acting import spelled
from agents.changes.glass import who_may_break
from agents.changes.ledger import PENDING, WAITING
from agents.changes.outcome import Mark, Outcome, outcome_of
from agents.changes.quorum import four_eyes, needed, who_may_approve
from agents.changes.requests import OriginView, PlanView, StepView, Vote
from agents.changes.runbooks.sealed import is_runbook, sealed_of
from agents.changes.seal import NotSealed, Plan, open_plan
from agents.changes.undo import may_undo
from agents.policy import Policy
from storage.approvals import ApprovalRow
from storage.plans import PlanRow
from tools.plan import Blast, Draft, FieldChange, Ownership, Target

NO_TARGET = Target(provider="kubernetes", kind="", name="", uid="")


def view_of(row: PlanRow, approvals: Sequence[ApprovalRow], policy: Policy, now: datetime) -> PlanView:
    try:
        plan = open_plan(row)
    except NotSealed as problem:
        return _altered(row, str(problem))
    outcome = outcome_of(row)
    draft = plan.draft
    names = {p.id: p.name for p in policy.people}
    votes = tuple(
        Vote(names.get(a.principal, a.principal), a.decision, f"{a.at:%H:%M:%S}", a.reason) for a in approvals
    )
    return PlanView(
        id=row.id,
        hash=row.hash,
        state=row.state.value,
        title=draft.title,
        action=draft.action,
        args=dict(_spelled(draft.args)),
        target=draft.target,
        environment=plan.environment,
        risk=plan.risk.value,
        requester=plan.requester.name,
        requester_id=plan.requester.account,
        reason=plan.reason,
        changes=draft.changes,
        dry_run="; ".join(filter(None, [spelled(plan), draft.dry_run])),
        blast=draft.blast,
        reversible=draft.reversible,
        undo=draft.undo,
        ownership=draft.ownership,
        warnings=plan.warnings,
        origins=tuple(OriginView(o.argument, o.value, o.came_from) for o in plan.origins),
        criterion=draft.check.criterion,
        deadline_s=draft.check.deadline_s,
        approvals_needed=needed(policy, plan),
        approvals_given=sum(a.decision == "approve" for a in approvals),
        not_requester=four_eyes(policy, plan),
        approve_permission=plan.approval.permission,
        who_may=_who_may(policy, plan),
        votes=votes,
        created_at=plan.created_at,
        expires_at=plan.expires_at,
        progress=outcome.progress,
        detail=outcome.detail,
        drift=tuple(FieldChange(path=p, before=b, after=a) for p, b, a in outcome.drift),
        before_after=_numbers(plan, outcome),
        elapsed_s=_elapsed(outcome, now),
        history=tuple((e.at, e.text) for e in outcome.history),
        can_approve=row.state == PENDING and now < row.expires_at,
        can_undo=may_undo(row, plan) and not outcome.undo_gone,
        undo_gone=outcome.undo_gone,
        advice=plan.advice.text if plan.advice else "",
        advised_by=plan.advice.model if plan.advice else "",
        undo_of=plan.undo_of,
        unaudited=row.unaudited,
        altered=False,
        card_ts=row.card_ts or "",
        channel=row.channel,
        thread=row.thread,
        correlation=plan.correlation,
        steps=_steps(draft, outcome),
        ended_by=outcome.ended_by,
        why=outcome.why,
        who_may_break=who_may_break(policy, plan),
        saving=plan.saving.words if plan.saving and plan.saving.open else "",
        costs=_costs(plan),
    )


def _costs(plan: Plan) -> str:
    """A figure that may not be shown is said to be withheld: a card without a word of it would read as free."""
    if plan.added is None:
        return ""
    return (
        plan.added.words if plan.added.open else f"not shown: {plan.requester.name} may not read costs here"
    )


def _steps(draft: Draft, outcome: Outcome) -> tuple[StepView, ...]:
    if not is_runbook(draft):
        return ()
    waiting = Mark(state="")
    marks = ((step, outcome.steps.get(step.key, waiting)) for step in sealed_of(draft).steps)
    return tuple(
        StepView(
            step.number,
            step.name,
            step.draft.action,
            step.draft.title,
            str(step.draft.target),
            step.draft.risk.value,
            mark.state,
            mark.text,
        )
        for step, mark in marks
    )


def _spelled(args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each by its name; those of a runbook beside its own."""
    for key, value in args.items():
        if isinstance(value, Mapping):
            yield from _spelled(value)
        elif value is not None:
            yield key, str(value)


def _who_may(policy: Policy, plan: Plan) -> tuple[str, ...]:
    names = who_may_approve(policy, plan)
    hidden = plan.requester.name if four_eyes(policy, plan) else ""
    return tuple(name for name in names if name != hidden)


def _numbers(plan: Plan, outcome: Outcome) -> tuple[tuple[str, str, str], ...]:
    names = [*plan.draft.before, *(n for n in outcome.after if n not in plan.draft.before)]
    return tuple((n, plan.draft.before.get(n, ""), outcome.after.get(n, "")) for n in names)


def _elapsed(outcome: Outcome, now: datetime) -> float | None:
    if not outcome.started_at:
        return None
    end = datetime.fromisoformat(outcome.ended_at) if outcome.ended_at else now
    return max(0.0, (end - datetime.fromisoformat(outcome.started_at)).total_seconds())


def _altered(row: PlanRow, problem: str) -> PlanView:
    """Nothing of an altered plan is shown: whoever edited it would choose the words."""
    return PlanView(
        id=row.id, hash=row.hash, state=row.state.value, title="This plan was altered", action=row.action, args={},
        target=NO_TARGET, environment="", risk="", requester="", requester_id="", reason="", changes=(),
        dry_run="", blast=Blast(summary=""), reversible=False, undo="", ownership=Ownership(), warnings=(problem,),
        origins=(), criterion="", deadline_s=0.0, approvals_needed=0, approvals_given=0, not_requester=True,
        approve_permission="", who_may=(), votes=(), created_at=row.created_at.isoformat(),
        expires_at=row.expires_at.isoformat(), progress="", detail=problem, drift=(), before_after=(), elapsed_s=None,
        history=(), can_approve=False, can_undo=False, undo_of="", unaudited=row.unaudited, altered=True,
        card_ts=row.card_ts or "", channel=row.channel, thread=row.thread,
    )  # fmt: skip


def waits_for(row: PlanRow) -> bool:
    return row.state in WAITING

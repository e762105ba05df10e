"""A wish on its way to a plan, and the words for a wish that does not become one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from agents.advice import Advice
from agents.changes.origins import confusable_names, origins_of
from agents.changes.outcome import Outcome
from agents.changes.seal import Approval, Plan, Requester, Where, opened
from agents.gate.turn import Turn
from agents.gate.words import args_hash, spell_invalid
from agents.outcomes import Failure, Refusal
from agents.policy import Decision, Person, Policy
from storage.ids import new_id
from storage.plans import PlanRow, PlanState
from tools.cluster.acting import Acting
from tools.errors import GiveUp, NotAllowed, ToolError
from tools.oracle.savings import Bill
from tools.plan import Action, Draft
from tools.spec import Args, Risk

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked, after its arguments were checked. `raw` are the arguments that somebody chose."""

    turn: Turn
    action: Action[Any]
    args: Args
    raw: Mapping[str, Any]
    reason: str
    person: Person
    policy: Policy
    undo_of: str = ""
    undone: Plan | None = None  # what `undo_of` had sealed

    @property
    def key(self) -> str:
        """A crashed turn that runs again finds its own plan by this."""
        parts = (
            self.turn.request.id,
            self.action.name,
            self.undo_of,
            args_hash(self.args.model_dump(mode="json")),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Judged:
    """What code says about a draft: where it is, how dangerous, and why it is more so than the action alone."""

    environment: str
    risk: Risk
    why: tuple[str, ...]
    said_no: str = ""  # who turned the same down before
    bill: Bill = Bill()
    advice: Advice | None = None


def plan_of(wish: Wish, draft: Draft, judged: Judged, now: datetime, acting: Acting | None = None) -> Plan:
    """The whole plan as it will be sealed; `now` is its time of creation."""
    request, risk, environment = wish.turn.request, judged.risk, judged.environment
    rule = wish.policy.approval_rule(risk, environment)
    names = {"name": draft.target.name, "namespace": draft.target.namespace}
    before = (judged.said_no,) if judged.said_no else ()
    risen = (f"risk is {risk.value} because {' and '.join(judged.why)}",) if judged.why else ()
    return Plan(
        id=new_id("plan_"),
        draft=draft,
        requester=Requester(person=wish.person.id, account=request.actor.id, name=wish.person.name),
        place=Where(
            workspace=request.place.workspace, channel=request.place.channel,
            thread=request.place.thread, kind=request.place.kind,
        ),
        request=request.id,
        correlation=request.correlation,
        reason=wish.reason,
        environment=environment,
        risk=risk,
        approval=Approval(
            count=rule.count, not_requester=rule.not_requester, permission=rule.permission.value,
            expires_s=round(rule.expires.total_seconds()),
        ),
        origins=() if wish.undo_of else origins_of(wish.action.args, wish.raw, wish.turn.taint),
        warnings=(*_unproven(wish), *draft.warnings, *before, *risen, *confusable_names(names)),
        policy=wish.policy.hash,
        created_at=now.isoformat(),
        expires_at=(now + rule.expires).isoformat(),
        undo_of=wish.undo_of,
        acting=acting,
        saving=judged.bill.saving,
        advice=judged.advice,
        added=judged.bill.added,
    )  # fmt: skip


def _unproven(wish: Wish) -> tuple[str, ...]:
    """At a command line anybody says any name, so whoever approves must not take it for a second person."""
    request = wish.turn.request
    if request.place.kind != "cli":
        return ()
    by = request.actor.os_user or "unknown"
    return (f"asked at a command line in the name of {wish.person.name}, by the operating-system user {by}",)


def advised(plan: Plan) -> dict[str, Any]:
    """For the audit: what a model said of the plan, and whether its class rose by it."""
    return {"advice": plan.advice.model_dump(mode="json")} if plan.advice else {}


def row_of(wish: Wish, plan: Plan, body: str, digest: str) -> PlanRow:
    return PlanRow(
        id=plan.id,
        workspace=plan.place.workspace,
        state=PlanState("pending"),
        body=body,
        hash=digest,
        action=plan.draft.action,
        target_key=str(plan.draft.target),
        requester=plan.requester.person,
        channel=plan.place.channel,
        thread=plan.place.thread,
        environment=plan.environment,
        risk=plan.risk.value,
        created_at=datetime.fromisoformat(plan.created_at),
        expires_at=plan.expires,
        inbox_id=plan.request,
        proposal_key=wish.key,
        undo_of=plan.undo_of,
    )


def replacing(row: PlanRow, old: Sequence[PlanRow]) -> PlanRow:
    """The row with a sentence for each plan whose place it takes: whoever asked for that one must be able to learn it."""
    if not old:
        return row
    outcome = Outcome(replaces=tuple(_replaces(one) for one in old))
    return replace(row, outcome=outcome.model_dump(mode="json"))


def _replaces(old: PlanRow) -> str:
    plan = opened(old)
    whose = f" of {plan.requester.name} ({plan.draft.title})" if plan else ""
    return f"It replaces plan {old.id}{whose}, which can no longer be approved."


def refusal(decision: Decision, seq: int, because: str = "") -> Refusal:
    text = f"Not allowed: {decision.reason}. {NOTHING_CHANGED}"
    return Refusal(text, decision.who_may, f"audit:{seq}", because=because)


def invalid(error: ValidationError, turn: Turn) -> Failure:
    return Failure(
        spell_invalid(error), NOTHING_CHANGED, "Say it again with the right values.", turn.request.id
    )


def failure(error: ToolError, turn: Turn) -> Failure:
    if isinstance(error, NotAllowed):
        step = (
            f"Someone who runs the cluster must grant: {error.needs}."
            if error.needs
            else "Ask who runs the cluster."
        )
    elif isinstance(error, GiveUp):
        step = "Check the name and the values."
    else:
        step = "Try again in a moment."
    return Failure(error.reason, NOTHING_CHANGED, step, turn.request.id)

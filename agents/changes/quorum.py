"""Who of those who clicked counts. Asked at every click and again just before the write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents.changes.access.rules import is_access, may_not_decide
from agents.changes.glass import GLASS, may_break
from agents.changes.oncall import ALONE, unfit
from agents.changes.runbooks.sealed import environment_of, parts
from agents.changes.seal import Plan
from agents.people import Actor, Place
from agents.policy import Decision, Permission, Person, Policy
from storage.approvals import ApprovalRow

COUNTED = ("approve", GLASS, ALONE)
UNPROVEN = "cli"  # the place where the name of whoever asks is only said


@dataclass(frozen=True, slots=True)
class Count:
    """`valid` are principals that count now; `lost` says in words why others no longer do. `broken`: who broke the glass."""

    valid: tuple[str, ...]
    lost: tuple[str, ...]
    denied: bool
    needed: int
    broken: str = ""
    alone: str = ""  # who was on duty in an incident, and whose countdown has ended

    @property
    def reached(self) -> bool:
        return not self.denied and (bool(self.broken or self.alone) or len(self.valid) >= self.needed)


def _places(policy: Policy, plan: Plan, clicked: Place | None) -> tuple[Place, ...]:
    """Where the right must hold: in the plan's channel, wherever the click came from.

    A plan made in private (direct message, command line) has no channel: the place of the click counts, and when the
    plan runs, whether the right still holds in any place that the policy names.
    """
    place = plan.place
    here = Place(place.workspace, place.channel, place.thread, place.kind)
    if clicked is not None and clicked.shared_externally:
        return (clicked,)
    if place.kind == "channel":
        return (here,)
    if clicked is not None:
        return (clicked,)
    return (here, *policy.places_named(place.workspace))


def may_approve(policy: Policy, plan: Plan, actor: Actor, clicked: Place | None = None) -> Decision:
    """By today's policy and by the rule that was sealed: both must agree, the stricter wins."""
    draft = plan.draft
    answer = Decision(False, "default-deny", "nobody may approve this")
    for place in _places(policy, plan, clicked):
        for part in parts(draft):
            answer = policy.may_approve(actor, place, plan.risk, part.target, part.action)
            if answer.allow:
                answer = policy.decide(
                    actor, place, plan.approval.permission, part.target, part.action, risk=plan.risk
                )
            if not answer.allow:
                break
        if answer.allow and (refusal := may_not_decide(policy, plan, actor, place)):
            answer = refusal
        if answer.allow:
            return answer
    return answer


def may_break_glass(policy: Policy, plan: Plan, actor: Actor, clicked: Place | None = None) -> Decision:
    """The same for running it without the other approvals: by today's policy."""
    return may_break(policy, plan, actor, _places(policy, plan, clicked))


def who_may_approve(policy: Policy, plan: Plan) -> tuple[str, ...]:
    """Names of those who may approve every part of it somewhere."""
    first, *others = (
        policy.who_may_approve(plan.risk, part.target, part.action) for part in parts(plan.draft)
    )
    names = (name for name in first if all(name in more for more in others))
    if not is_access(plan.draft):
        return tuple(names)
    people = policy.who_may(Permission.USERS_WRITE, plan.risk, plan.draft.target, plan.draft.action)
    return tuple(name for name in names if name in people and name != plan.draft.write.get("name"))


def needed(policy: Policy, plan: Plan) -> int:
    """At least one, and never fewer than the sealed rule or today's asks for.

    At a command line anybody says any name: whoever asked may be the one who approves, so that two are needed for four eyes.
    """
    today = policy.approval_rule(plan.risk, environment_of(policy, plan.draft))
    least = 2 if plan.place.kind == UNPROVEN and four_eyes(policy, plan) else 1
    return max(least, plan.approval.count, today.count)


def four_eyes(policy: Policy, plan: Plan) -> bool:
    today = policy.approval_rule(plan.risk, environment_of(policy, plan.draft))
    return plan.approval.not_requester or today.not_requester


def asked_for(plan: Plan, person: Person) -> bool:
    """Whether the plan is this person's own, through whichever account, and whichever of them the policy lists first."""
    return not {plan.requester.person, plan.requester.account}.isdisjoint((person.id, *person.accounts))


@dataclass(frozen=True, slots=True)
class Voters:
    """Accounts of those who decided, as Slack knows them now, and where a click that is being judged came from."""

    actors: Mapping[str, Actor]
    places: Mapping[str, Place] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)  # whose signature does not count any more, and why
    countdown: str = (
        "there is no countdown"  # why what one person decided alone does not count; empty: it does
    )


def recount(
    policy: Policy, plan: Plan, plan_hash: str, approvals: Iterable[ApprovalRow], voters: Voters
) -> Count:
    """Valid approvals: of this very plan, by distinct people who may approve now, not the requester where it matters."""
    valid: dict[str, None] = {}
    lost: list[str] = []
    denied = False
    broken = alone = ""
    for approval in approvals:
        if approval.decision not in COUNTED:
            denied = True
        elif approval.plan_hash != plan_hash:
            lost.append(f"the approval of {approval.principal} was for another plan")
        elif problem := _problem(policy, plan, approval, voters):
            lost.append(problem)
        else:
            valid[approval.principal] = None
            broken = approval.principal if approval.decision == GLASS else broken
            alone = approval.principal if approval.decision == ALONE else alone
    return Count(tuple(valid), tuple(lost), denied, needed(policy, plan), broken, alone)


def _problem(policy: Policy, plan: Plan, approval: ApprovalRow, voters: Voters) -> str:
    if why := voters.lost.get(approval.principal):
        return why
    actor = voters.actors.get(approval.account)
    person = policy.person_of(actor) if actor is not None else None
    if actor is None or person is None or person.id != approval.principal:
        return f"{approval.principal} is no longer known"
    if approval.decision == GLASS:
        decision = may_break_glass(policy, plan, actor, voters.places.get(approval.account))
        return "" if decision.allow else f"{person.name} may no longer break the glass: {decision.reason}"
    if approval.decision == ALONE:
        return voters.countdown or unfit(policy, plan, actor)
    if asked_for(plan, person) and four_eyes(policy, plan):
        return f"{person.name} asked for it and cannot approve it"
    decision = may_approve(policy, plan, actor, voters.places.get(approval.account))
    return "" if decision.allow else f"{person.name} may no longer approve: {decision.reason}"

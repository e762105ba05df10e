"""Break-glass (A14): one person with a right of its own runs a sealed plan without the other approvals, in a freeze too.

It stands in for approvals and freeze windows and for nothing else: hash, claim, drift, dry run, protected targets, limits,
verification and the way back are as for every plan. It costs a reason, a post in the audit channel and a review.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agents.changes.access.rules import is_access
from agents.changes.runbooks.sealed import parts
from agents.changes.seal import Plan
from agents.people import Actor, Place
from agents.policy import Decision, Permission, Policy

GLASS: Final = "break_glass"  # the decision on record
LEAST = 10  # letters and digits of a reason
RIGHTS: Final = (Permission.REMEDIATION_EXECUTE, Permission.REMEDIATION_BREAK_GLASS)


def may_break(policy: Policy, plan: Plan, actor: Actor, places: tuple[Place, ...]) -> Decision:
    """In one of these places the right to break glass and the right to change this, over every part of the plan.

    Both: it takes the place of what others say, and whom the policy keeps from a target it keeps from it here, too.
    """
    answer = Decision(False, "default-deny", "nobody may break the glass for this")
    if is_access(plan.draft):
        return Decision(False, "break-glass-access", "access is never given or taken by break-glass")
    for place in places:
        answer = _all_of_it(policy, plan, actor, place)
        if answer.allow:
            return answer
    return answer


def _all_of_it(policy: Policy, plan: Plan, actor: Actor, place: Place) -> Decision:
    answer = Decision(False, "default-deny", "the plan has no part")
    for part in parts(plan.draft):
        for right in RIGHTS:
            answer = policy.decide(actor, place, right, part.target, part.action, risk=plan.risk)
            if not answer.allow:
                return answer
    return answer


def who_may_break(policy: Policy, plan: Plan) -> tuple[str, ...]:
    """Names of those who hold both rights over every part of it somewhere; empty where there is nobody to tell."""
    if not policy.audit_channels or is_access(plan.draft):
        return ()
    first, *others = (
        policy.who_may(right, plan.risk, part.target, part.action)
        for part in parts(plan.draft)
        for right in RIGHTS
    )
    return tuple(name for name in first if all(name in names for names in others))


def unfit(policy: Policy, reason: str) -> Decision | None:
    """Why the glass may not be broken by anybody in this way; None when it may."""
    if not policy.audit_channels:
        text = "the policy names no audit channel, and break-glass must be told there (`audit: true` under `channels`)"
        return Decision(False, "break-glass-untold", text)
    if sum(letter.isalnum() for letter in reason) < LEAST:
        text = f"break-glass needs a reason that others can judge later, at least {LEAST} letters"
        return Decision(False, "break-glass-reason", text)
    return None


def frozen_by(policy: Policy, plan: Plan, now: datetime) -> tuple[str, ...]:
    """Names of the freeze windows that would hold a part of the plan back now."""
    found = (
        policy.freeze_at(policy.environment_of(part.target), part.action, now) for part in parts(plan.draft)
    )
    return tuple(dict.fromkeys(window.name for window in found if window is not None))


def passed_over(missing: int, frozen: tuple[str, ...]) -> str:
    """What did not hold the plan back, in words."""
    approvals = {0: "", 1: "1 approval was missing"}.get(missing, f"{missing} approvals were missing")
    return ", ".join(filter(None, [approvals, *(f"freeze {name}" for name in frozen)])) or "nothing"

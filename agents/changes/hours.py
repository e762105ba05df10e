"""What the hour adds to a plan's risk. It is judged when the plan is sealed; a later hour can make it too little."""

from __future__ import annotations

from datetime import datetime

from agents.changes.risk import at_least, raised, risk_of
from agents.changes.runbooks.sealed import parts
from agents.changes.seal import Plan
from agents.policy import Policy
from tools.plan import Draft
from tools.spec import Risk


def at_this_hour(
    judged: tuple[Risk, tuple[str, ...]], draft: Draft, policy: Policy, now: datetime
) -> tuple[Risk, tuple[str, ...]]:
    """Risk and reasons, with what the hour adds; it never takes anything away."""
    base, why = judged
    risk, reasons = base, dict.fromkeys(why)
    for part in parts(draft):
        for hours in policy.outside_at(policy.environment_of(part.target), part.action, now):
            risen = raised(base) if hours.outside is None else at_least(base, Risk(hours.outside))
            risk = at_least(risk, risen)
            if risen.rank > base.rank:
                reasons[f"it is outside the hours {hours.name!r}"] = None
    return risk, tuple(reasons)


def too_late(plan: Plan, policy: Policy, now: datetime) -> str:
    """Why a plan that was sealed within hours may not start outside of them; empty when it may."""
    base = risk_of(plan.draft, plan.environment, policy)
    risk, why = at_this_hour(base, plan.draft, policy, now)
    if risk.rank <= max(base[0].rank, plan.risk.rank):
        return ""
    return f"its risk is {risk.value} by now, because {why[-1]}; ask for it again"

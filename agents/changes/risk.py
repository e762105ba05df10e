"""How dangerous a change is. The action sets the floor, code raises it by facts; nothing lowers it."""

from __future__ import annotations

from agents.changes.runbooks.sealed import parts
from agents.changes.undo import ORIGINAL
from agents.policy import Policy
from tools.plan import Draft
from tools.spec import Risk

RISKS = tuple(Risk)


def at_least(risk: Risk, floor: Risk) -> Risk:
    return max(risk, floor, key=lambda r: r.rank)


def raised(risk: Risk) -> Risk:
    return RISKS[min(risk.rank + 1, len(RISKS) - 1)]


def risk_of(draft: Draft, environment: str, policy: Policy) -> tuple[Risk, tuple[str, ...]]:
    """The plan's risk and, in words, why it is above the action's own."""
    risk, why = draft.risk, []
    if not draft.reversible or draft.rollback is None:
        risk = raised(risk)
        why.append("an undo has no undo of its own" if _takes_back(draft) else "it cannot be undone")
    if draft.blast.percent > policy.risk.max_percent and risk.rank < Risk.HIGH.rank:
        risk = Risk.HIGH
        why.append(f"it touches {draft.blast.percent}% of the replicas")
    if policy.is_production(environment) and risk.rank < Risk.HIGH.rank:
        risk = Risk.HIGH
        why.append("it is production")
    return risk, tuple(why)


def _takes_back(draft: Draft) -> bool:
    """The undo of a change, or of a runbook: what it took back can be asked for again."""
    return all(ORIGINAL in part.write for part in parts(draft))


def too_big(draft: Draft, policy: Policy) -> str:
    """Why the policy refuses the plan whoever approves; empty when it does not."""
    for part in parts(draft):
        if policy.is_protected(part.target, part.tags):
            return f"{part.target} is protected by the policy"
    if draft.blast.objects > policy.risk.max_objects:
        return f"it touches {draft.blast.objects} objects and {policy.risk.max_objects} are the limit"
    return ""

"""What whoever is on duty may do alone in a declared incident: pre-authorised, reversible, bounded, after a countdown.

Their own click on their own plan begins it. It runs only while people can see it and stop it: not before its message is in the
channel, not while all changes are stopped, not over a time in which no process looked after it. Then the plan is approved as any
other is, once, and everything that is asked before a write is asked. Somebody else reviews it afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agents.changes.access.rules import is_access
from agents.changes.runbooks.sealed import is_runbook, parts
from agents.changes.seal import Plan
from agents.people import Actor, Place
from agents.policy import Permission, Policy
from storage.incidents import IncidentRow
from tools.spec import Risk

ALONE: Final = "on_call"  # the decision on record


def lasts(policy: Policy, incident: IncidentRow | None, now: datetime) -> bool:
    """Whether there is one that gives rights: one that was declared long ago and forgotten gives none."""
    return incident is not None and now < incident.declared_at + policy.file.incident.longest


def unfit(policy: Policy, plan: Plan, actor: Actor) -> str:
    """Why the plan is none that whoever is on duty may run alone, by today's policy; empty when it is one."""
    part, draft = policy.file.incident, plan.draft
    if draft.action not in part.actions or is_runbook(draft) or is_access(draft):
        return f"the policy does not pre-authorise {draft.action}"
    if not draft.reversible or draft.rollback is None:
        return "it cannot be undone"
    if draft.blast.objects > part.max_objects:
        return f"it touches {draft.blast.objects} objects and {part.max_objects} are pre-authorised"
    if any(policy.is_protected(p.target, p.tags) for p in parts(draft)):
        return "its target is protected"
    if plan.risk.rank >= Risk.CRITICAL.rank:
        return "its risk is critical"
    if plan.origins:
        return "an argument of it came from elsewhere than the person"
    return _no_right(policy, plan, actor)


def _no_right(policy: Policy, plan: Plan, actor: Actor) -> str:
    at = plan.place
    if at.kind != "channel":
        return "it was not asked for in a channel"
    here = Place(at.workspace, at.channel, at.thread, at.kind)
    for part in parts(plan.draft):
        right = Permission.REMEDIATION_EXECUTE
        decision = policy.decide(actor, here, right, part.target, part.action, risk=plan.risk)
        if not decision.allow:
            return decision.reason
    return ""

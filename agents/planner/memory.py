"""What a thread knows after a turn: facts move only by what the person said and what typed results showed."""

from __future__ import annotations

from agents.planner.facts import TARGET_KEYS as KEYS
from agents.planner.facts import Focus, LastPlan, LastRead, Source, ThreadFacts, TurnedDown
from agents.planner.route import Kind, Route
from agents.planner.runbook import RUNBOOK

KEPT_NOS = 5


def after(route: Route, facts: ThreadFacts, source: Source = "person") -> ThreadFacts:
    """Facts after a route was taken, before its results are in."""
    changed: dict[str, object] = {}
    args = route.args.get("params", {}) if route.tool == RUNBOOK else route.args  # its name is no workload's
    where = {key: str(args[key]) for key in KEYS if args.get(key)}
    if route.kind in {Kind.TOOL, Kind.PLAYBOOK, Kind.CHANGE, Kind.CLARIFY} and _names(where):
        changed["focus"] = Focus(**where, source=source)
    if route.kind is Kind.TOOL:
        changed["read"] = LastRead(kind="tool", name=route.tool, args=dict(route.args))
    if route.kind is Kind.PLAYBOOK:
        changed["read"] = LastRead(kind="playbook", name=route.playbook, args=dict(route.args))
    return facts.knows(**changed) if changed else facts


def after_proposal(facts: ThreadFacts, plan_id: str, route: Route, title: str) -> ThreadFacts:
    """Facts after a change was proposed: it waits for people."""
    args = dict(route.args)
    return facts.knows(plan=LastPlan(id=plan_id, action=route.tool, args=args, title=title), suggested="")


def after_outcome(
    facts: ThreadFacts, plan_id: str, state: str, sentence: str, no: TurnedDown | None = None
) -> ThreadFacts:
    """Facts after a plan settled. Only the newest ten outcomes stay."""
    plan = facts.plan
    if plan is not None and plan.id == plan_id:
        plan = plan.model_copy(update={"state": state})
    if no is not None:
        facts = facts.knows(turned_down=(*facts.turned_down, no)[-KEPT_NOS:])
    return facts.knows(plan=plan, outcomes=(*facts.outcomes, sentence)[-10:])


def _names(where: dict[str, str]) -> bool:
    return bool(where.get("service") or where.get("name") or where.get("namespace"))

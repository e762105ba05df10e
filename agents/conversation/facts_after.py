"""What the thread knows after a turn: from the person's words, from typed results, from plans. Never from prose."""

from __future__ import annotations

from agents.conversation.log import TurnLog
from agents.conversation.things import things_of
from agents.conversation.work import Work
from agents.findings import diagnosis_of, fact_of, suggestion
from agents.outcomes import Answer, Outcome
from agents.planner import Focus, Kind, LastPlan, LastRead, ThreadFacts
from agents.planner.facts import TARGET_KEYS
from agents.planner.memory import after


def facts_after(work: Work, outcome: Outcome) -> ThreadFacts:
    facts = after(work.route, work.facts)
    facts = _focus_of_results(facts, work)
    if work.route.kind in {Kind.CLARIFY, Kind.NONE, Kind.HELP} and work.log.good:
        last = work.log.good[-1]
        facts = facts.knows(read=LastRead(kind="tool", name=last.name, args=dict(last.args)))
    facts = _findings(facts, work.log)
    named = next((things for called in reversed(work.log.good) if (things := things_of(called))), ())
    facts = facts.knows(things=named) if named else facts
    if isinstance(outcome, Answer) and outcome.plans:
        args = {**work.route.args} if work.route.kind is Kind.CHANGE else {}
        title = work.log.titles[-1] if work.log.titles else ""
        plan = LastPlan(id=outcome.plans[-1], action=_action(work), args=args, title=title)
        facts = facts.knows(plan=plan, suggested="")
    return facts


def _action(work: Work) -> str:
    return work.route.tool if work.route.kind is Kind.CHANGE else next(iter(work.mandate.actions), "")


def _focus_of_results(facts: ThreadFacts, work: Work) -> ThreadFacts:
    """Where the words named nothing, what the calls agreed on; where they did, their place filled in."""
    for called in work.log.good:
        scope = called.result.scope if called.result else None
        if scope is None:
            continue
        focus = facts.focus
        if focus is None and scope.service and "," not in scope.service:
            return facts.knows(
                focus=Focus(
                    service=scope.service, cluster=scope.cluster, namespace=scope.namespace, source="tool"
                )
            )
        if focus is None and called.args.get("name"):
            where = {key: str(called.args[key]) for key in TARGET_KEYS if called.args.get(key)}
            return facts.knows(focus=Focus(**where, source="tool"))
        if focus is not None and scope.service == focus.service and focus.service:
            place = {
                "cluster": focus.cluster or scope.cluster,
                "namespace": focus.namespace or scope.namespace,
            }
            return facts.knows(focus=focus.model_copy(update=place))
    return facts


def _findings(facts: ThreadFacts, log: TurnLog) -> ThreadFacts:
    for called in reversed(log.good):
        if called.name != "k8s_diagnose":
            continue
        found = diagnosis_of(called)
        if found is None or found.first is None:
            return facts.knows(suggested="")
        focus = facts.focus
        name = focus.service if focus and focus.service else str(called.args.get("service") or "")
        words = suggestion(found.first, name)
        return facts.knows(finding=fact_of(name, found, words), suggested=words)
    return facts

"""Budgets, Oracle's own cost anomalies and the advisor's recommendations, to look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.services.listing import chosen, getting, listing, shown

_SUBTREE: Final = frozenset({"compartmentIdInSubtree", "includeOrganization", "includeResourceMetadata"})


def _budgets(call: Call) -> Answer:
    """`targetType=ALL` is those of any target; without it only compartments' are listed."""
    place = call.text("compartmentId")
    call.need(place)
    kind = call.query.get("targetType") or "COMPARTMENT"
    wanted = {key: text for key, text in call.query.items() if key != "targetType"}
    found = [
        one
        for one in call.tenancy.records.of("budget", "Budget")
        if one.compartment == place and kind in {"ALL", one.body.get("targetType")}
    ]
    return Answer(
        [shown("budget", "BudgetSummary", one) for one in chosen(replace(call, query=wanted), found)]
    )


def _rules(call: Call) -> Answer:
    budget = call.record("Budget", call.path["budgetId"])
    found = [
        one for one in call.tenancy.records.of("budget", "AlertRule") if one.body.get("budgetId") == budget.id
    ]
    return Answer([shown("budget", "AlertRuleSummary", one) for one in chosen(call, found)])


def _collected(model: str) -> Service:
    """A list in an object, as these answer."""
    plain = listing("budget", model, f"{model}Summary")
    return lambda call: Answer({"items": plain(call).data})


def _within(model: str) -> Service:
    """Of the compartment, and with everything below it where that is asked for."""

    def list_(call: Call) -> Answer:
        top = call.text("compartmentId")
        call.need(top)
        deep = call.flag("compartmentIdInSubtree")
        wanted = {key: text for key, text in call.query.items() if key not in _SUBTREE}
        found = [
            one
            for one in call.tenancy.records.of("optimizer", model)
            if one.compartment == top or (deep and top in call.tenancy.path(one.compartment))
        ]
        asked = replace(call, query=wanted)
        items = [shown("optimizer", f"{model}Summary", one) for one in chosen(asked, found)]
        return Answer({"items": items})

    return list_


BUDGETS: Final[Table] = {
    "list_budgets": _budgets,
    "get_budget": getting("budget", "Budget", "budgetId"),
    "list_alert_rules": _rules,
    "list_cost_anomaly_monitors": _collected("CostAnomalyMonitor"),
    "list_cost_anomaly_events": _collected("CostAnomalyEvent"),
}
OPTIMIZER: Final[Table] = {
    "list_recommendations": _within("Recommendation"),
    "list_resource_actions": _within("ResourceAction"),
}

"""The offline planner: free text to a tool, a playbook, a change or a question back. No model, no network, no clock of its own."""

from agents.planner.facts import Finding, Focus, LastPlan, LastRead, ThreadFacts, TurnedDown
from agents.planner.names import Catalog, Known
from agents.planner.route import Context, Kind, Route, Topic


def route(text: str, context: Context) -> Route:
    """Where `text` leads, given what this thread and this channel know. Pure: the same words, the same route."""
    from agents.planner.router import (
        route as routed,
    )  # some 200 patterns are compiled at its import: no start waits for them

    return routed(text, context)


__all__ = [
    "Catalog",
    "Context",
    "Finding",
    "Focus",
    "Kind",
    "Known",
    "LastPlan",
    "LastRead",
    "Route",
    "ThreadFacts",
    "Topic",
    "TurnedDown",
    "route",
]

"""The offline planner: free text to a tool, a playbook, a change or a question back. No model, no network, no clock of its own."""

from agents.planner.facts import Finding, Focus, LastPlan, LastRead, ThreadFacts, TurnedDown
from agents.planner.names import Catalog, Known
from agents.planner.route import Context, Kind, Route, Topic
from agents.planner.router import route

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

"""The route of a text in a thread that so far holds one earlier message, or none."""

from __future__ import annotations

from datetime import datetime

from agents.planner.facts import ThreadFacts
from agents.planner.memory import after
from agents.planner.names import Catalog
from agents.planner.route import Context, Route
from agents.planner.router import route
from tools.spec import Scope


def planned(text: str, before: str, catalog: Catalog, now: datetime, scope: Scope | None = None) -> Route:
    """Nothing runs: `before` moves the facts by its words alone."""
    facts, place = ThreadFacts(), scope or Scope()
    if before.strip():
        facts = after(route(before, Context(catalog, now, facts, place)), facts)
    return route(text, Context(catalog, now, facts, place))

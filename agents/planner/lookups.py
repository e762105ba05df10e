"""A question that one tool of a family answers. Nothing here ever leads to a change."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families import access, cluster, estate, money
from agents.planner.families.ask import Ask
from agents.planner.reading import Reading
from agents.planner.route import Kind, Route
from agents.planner.speech import UNSUPPORTED, Act
from agents.planner.target import for_read

SURE = 0.88
FAMILIES = (access.FAMILY, money.FAMILY, estate.FAMILY, cluster.FAMILY)
ASKS = tuple(ask for family in FAMILIES for ask in family)
_KINDLY = re.compile(r"(?:(?:please|can you|could you|now|then|just|go and)[\s,]+)*")
_IN_CLUSTER = ("k8s_", "prom_", "ops_")


def lookup(reading: Reading) -> Route | None:
    """The first ask whose words are there; None for orders, what is forbidden, and everything else."""
    if reading.speech.act in {Act.ORDER, Act.FORBID, Act.HOW} or _wishes(reading.norm):
        return None
    found = next((ask for ask in ASKS if _fits(ask, reading)), None)
    return _route(reading, found) if found else None


def _wishes(norm: str) -> bool:
    """A text that begins with a change that nobody makes is no question, whatever it names."""
    kindly = _KINDLY.match(norm)
    return bool(UNSUPPORTED.match(norm, kindly.end() if kindly else 0))


def _fits(ask: Ask, reading: Reading) -> bool:
    return bool(ask.cue.search(reading.norm)) and (not ask.needs or ask.needs in ask.fill(reading))


def _route(reading: Reading, found: Ask) -> Route:
    args: dict[str, Any] = {**_where(reading, found), **found.fill(reading)}
    return Route(Kind.TOOL, tool=found.tool, args=args, tools=(found.tool,), confidence=SURE)


def _where(reading: Reading, found: Ask) -> dict[str, str]:
    """Only what was named: a service or workload where the tool is about one, else the place."""
    if not found.tool.startswith(_IN_CLUSTER):
        return {}
    if found.target and reading.found.known:
        target = for_read(reading, needed=False)
        return {} if target.question else {k: v for k, v in target.args.items() if k != "kind"}
    place = {"cluster": reading.found.cluster, "namespace": reading.found.namespace}
    return {key: value for key, value in place.items() if value}

"""What a text wishes beside what its route does: said in the answer, because half a wish is never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.planner import changing, speech
from agents.planner.entities import STAGES
from agents.planner.intents import WHY, score
from agents.planner.playbooks import WHAT_CHANGED
from agents.planner.reading import Reading, read
from agents.planner.route import Kind, Route, Topic
from agents.planner.saying import order as saying
from agents.planner.speech import Act

ASKED = 2.5  # points from which a clause is a question of its own
_CLAUSES = re.compile(r"\s*[;.!?]+\s+|,?\s+(?:and\s+then|and\s+also|and|then|also|plus)\s+", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:please |can you |could you )*(?:show|list|tell|give|get|check|explain|find|look|what|why|who|which|how|when|is|are|does|did)\b"
)
_NEGATED = re.compile(r"\b(?:not|never|without|avoid|no|instead)\b")


def left_out(reading: Reading, route: Route) -> tuple[str, ...]:
    """The clauses that the route does not take up, as they were typed, and the time that it cannot."""
    return (*_clauses(reading, route), *_untimed(reading, route), *_nowhere(reading, route))


def _nowhere(reading: Reading, route: Route) -> Iterable[str]:
    """A stage that stands for no place here is no reason to answer for all of them without a word."""
    match = STAGES.search(reading.norm)
    if match and route.kind in {Kind.TOOL, Kind.PLAYBOOK} and not (reading.found.any or reading.found.near):
        yield f"“{match.group()}”, as I know no service or place of that name"


def _untimed(reading: Reading, route: Route) -> Iterable[str]:
    """A tool that shows the present answers no question about yesterday."""
    window = reading.window
    if not window.text or not route.tool.startswith(("k8s_", "ops_", "prom_")):
        return
    if route.kind is Kind.TOOL and window.since and "since" not in route.args:
        yield f"the time “{window.text}”"
    elif route.kind is Kind.PLAYBOOK and window.until and route.playbook != WHAT_CHANGED:
        yield f"the time “{window.text}”: this is how it is now"
    elif route.kind is Kind.TOOL and window.until and "until" not in route.args:
        yield f"the end of the time “{window.text}”: this goes on until now"


def _clauses(reading: Reading, route: Route) -> tuple[str, ...]:
    clauses = [clause.strip(" ,.!?;") for clause in _CLAUSES.split(reading.raw)]
    clauses = [clause for clause in clauses if len(clause.split()) >= 2]
    if len(clauses) < 2 or reading.speech.act is Act.FORBID or _NEGATED.search(reading.norm):
        return ()
    readings = [read(clause, reading.context) for clause in clauses]
    if route.kind is Kind.CHANGE:
        return tuple(_beside_order(readings, route))
    if route.topic is Topic.UNSUPPORTED:
        return tuple(part.raw for part in readings if _asks(part))
    if route.kind in {Kind.TOOL, Kind.PLAYBOOK}:
        return tuple(part.raw for part in readings if speech.unsupported_change(part.norm))
    return ()


def _beside_order(readings: list[Reading], route: Route) -> Iterable[str]:
    taken = next((part for part in readings if _orders(part) == route.tool), readings[0])
    for part in readings:
        if part is not taken and (_orders(part) or speech.unsupported_change(part.norm) or _asks(part)):
            yield part.raw


def _orders(part: Reading) -> str:
    """The action that a clause orders; empty for none."""
    found = saying.order(part) or (changing.order(part) if part.speech.act is Act.ORDER else None)
    return found.tool if found is not None else ""


def _asks(part: Reading) -> bool:
    if not _QUESTION.match(part.norm) or part.speech.act is Act.ORDER or speech.unsupported_change(part.norm):
        return False
    return max(score(part.norm).values(), default=0.0) >= ASKED or bool(
        WHY.search(part.norm) and part.found.specific
    )

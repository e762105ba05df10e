"""Which past incidents are most like this one: by what fired and what it was about, not by words of prose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agents.triage.correlate import Incident

MOST = 3
LEAST = 0.2  # what shares less is not alike
WEIGHTS = (0.5, 0.3, 0.2)  # the very alerts, the rules, the services


@dataclass(frozen=True, slots=True)
class Alike:
    incident: Incident
    score: float  # 0 to 1


def most_alike(this: Incident, past: Iterable[Incident]) -> list[Alike]:
    """The likest first; of equals the newest. An incident that still fires is none of the past."""
    others = [one for one in past if one.id != this.id and not one.firing and one.seen]
    found = [Alike(one, _score(this, one)) for one in others]
    ranked = sorted(found, key=lambda one: (one.score, one.incident.began), reverse=True)
    return [one for one in ranked[:MOST] if one.score >= LEAST]


def _score(one: Incident, other: Incident) -> float:
    pairs = zip(WEIGHTS, _marks(one), _marks(other), strict=True)
    return sum(weight * _shared(mine, theirs) for weight, mine, theirs in pairs)


def _marks(incident: Incident) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    seen = incident.seen.values()
    rules = frozenset(one.alert.name.lower() for one in seen)
    return frozenset(incident.seen), rules, frozenset(name for one in seen for name in one.services)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0

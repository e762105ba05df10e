"""How one binding is held against one question. A grant must name every place it reaches; a deny need not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.people import Actor, Place
from agents.policy.compile import Binding
from agents.policy.decision import Where
from agents.policy.globs import any_matches, in_subtree, matches
from agents.policy.permissions import Permission
from tools.spec import Scope

PRIVATE = {"dm": "dm", "cli": "dm", "home": "dm"}  # direct message, command line, Home: a person alone


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the policy, its places taken apart once."""

    actor: Actor
    place: Place
    permission: Permission
    where: Where
    tool: str
    rank: int


def scope_of(where: Where, args: Mapping[str, Any]) -> Scope:
    """The place that is judged: `where`, filled up from the final arguments.

    Raises ValueError when both name a place and disagree: then what was checked is not what would run.
    """
    found: dict[str, str] = {}
    for key in ("cluster", "namespace", "compartment"):
        checked, final = getattr(where, key), args.get(key) or ""
        if not isinstance(final, str) or (checked and final and checked != final):
            raise ValueError(f"{key} {final!r} is not the {key} that was checked")
        found[key] = checked or final
    return Scope(**found)


def spell(asked: Question) -> str:
    where = asked.where
    parts = [p for p in (where.cluster, where.namespace, where.compartment) if p]
    return "/".join(parts) or asked.tool or "this"


def place_fits(binding: Binding, place: Place) -> bool:
    name = PRIVATE.get(place.kind, place.channel)
    return any(matches(pattern, name) for pattern in binding.part.channels)


def tool_fits(binding: Binding, tool: str) -> bool:
    return not tool or not binding.part.tools or any_matches(binding.part.tools, tool)


def grants(binding: Binding, asked: Question) -> bool:
    part, where = binding.part, asked.where
    return (
        asked.rank <= binding.max_rank
        and tool_fits(binding, asked.tool)
        and (not where.cluster or any_matches(part.clusters, where.cluster))
        and (not where.namespace or any_matches(part.namespaces, where.namespace))
        and (not where.compartment or in_subtree(part.compartments, where.compartment))
    )


def denies(binding: Binding, asked: Question) -> bool:
    """A deny with a scope reaches what it names; what it leaves out it does not limit."""
    part, where = binding.part, asked.where
    return (
        (not part.channels or place_fits(binding, asked.place))
        and tool_fits(binding, asked.tool)
        and (not part.clusters or any_matches(part.clusters, where.cluster))
        and (not part.namespaces or any_matches(part.namespaces, where.namespace))
        and (not part.compartments or in_subtree(part.compartments, where.compartment))
    )

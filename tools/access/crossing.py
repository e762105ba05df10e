"""Statements that reach into other tenancies, or let others in: who, what, and whether the names that they use are defined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.access.effective import Known
from tools.access.syntax import Association, Definition, Grant, Name, Part, Place, Statement


@dataclass(frozen=True, slots=True)
class Crossing:
    """`undefined` are the names of tenancies, groups and compartments that no `define` of the same policy explains."""

    known: Known
    kind: str  # define, endorse, admit, deny endorse, deny admit
    defined: tuple[tuple[str, str], ...] = ()  # name and OCID
    undefined: tuple[str, ...] = ()


def crossing(found: Iterable[Known]) -> list[Crossing]:
    every = list(found)
    names: dict[str, dict[str, str]] = {}
    for one in every:
        if isinstance(one.statement, Definition):
            names.setdefault(one.line.policy, {})[one.statement.name.plain.lower()] = one.statement.id.text
    return [
        made
        for one in every
        if (made := _one(one, names.get(one.line.policy, {}), one.statement)) is not None
    ]


def _one(known: Known, names: dict[str, str], found: Statement) -> Crossing | None:
    if isinstance(found, Definition):
        return Crossing(known, "define", ((found.name.plain, found.id.text),))
    if found.effect[-1].low not in {"endorse", "admit"}:
        return None
    used = list(dict.fromkeys(_tenancies(found)))
    return Crossing(
        known,
        found.kind,
        tuple((one, names[one.lower()]) for one in used if one.lower() in names),
        tuple(one for one in used if one.lower() not in names),
    )


def _tenancies(found: Grant) -> Iterator[str]:
    if found.subject.origin is not None and found.subject.origin.name is not None:
        yield found.subject.origin.name.plain
    places = [found.ability.place, found.ability.there] if isinstance(found.ability, Association) else [found.place]  # fmt: skip
    yield from filter(None, map(_tenancy, filter(None, places)))


def _tenancy(place: Place) -> str:
    named: Part | None = place.names
    return named.plain if place.kind.low == "tenancy" and isinstance(named, Name) else ""

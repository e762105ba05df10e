"""Does what a statement lets people do include what is asked? With the reason, which is the proof."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from tools.access.catalogue import ALL, VERBS, Catalogue
from tools.access.question import Question
from tools.access.syntax import Association, Permissions, Verb


class Cover(IntEnum):
    """In the order of how much is certain."""

    NOT = 0
    UNKNOWN = 1
    PART = 2
    WHOLE = 3


@dataclass(frozen=True, slots=True)
class Covered:
    cover: Cover
    why: tuple[str, ...] = ()


NOT = Covered(Cover.NOT)


def covered(ability: Verb | Permissions | Association, ask: Question, tables: Catalogue) -> Covered:
    if isinstance(ability, Permissions):
        return _list(ability, ask)
    if isinstance(ability, Association):
        touched = {ability.resource.low, ability.other.low} & (ask.types | {ask.resource})
        return _unknown("an association of two tenancies' resources") if touched else NOT
    resource = tables.aliases.get(ability.resource.low, ability.resource.low)
    found = reached(resource, ask, tables)
    if found.cover is Cover.NOT:
        return NOT
    if ability.verb.low not in VERBS:
        return _unknown(f"what `{ability.verb.low}` includes is not in my tables")
    return _verb(ability.verb.low, resource, found, ask, tables)


def _unknown(why: str) -> Covered:
    return Covered(Cover.UNKNOWN, (why,))


def reached(resource: str, ask: Question, tables: Catalogue) -> Covered:
    """Whether a statement on `resource` reaches what is asked about."""
    if resource == ask.resource:
        return Covered(Cover.WHOLE)
    if resource == ALL:
        return Covered(Cover.WHOLE, (f"all-resources contains {ask.resource or 'every type'}",))
    if ask.resource == ALL:
        return Covered(Cover.PART, (f"{resource} is only a part of all-resources",))
    types = tables.expand(resource)
    if not ask.types & types:
        if resource.endswith("-family") and not tables.known(resource):
            return _unknown(f"whether {resource} contains {ask.resource or 'it'} is not in my tables")
        return NOT
    if ask.by_permission:
        return Covered(Cover.WHOLE)
    if ask.types <= types:
        return Covered(Cover.WHOLE, (f"{resource} contains {ask.resource}",))
    return Covered(Cover.PART, (f"{resource} is only a part of {ask.resource}",))


def _verb(verb: str, resource: str, place: Covered, ask: Question, tables: Catalogue) -> Covered:
    if not ask.by_permission:
        if VERBS.index(verb) < VERBS.index(ask.verb):
            return NOT
        more = () if verb == ask.verb else (f"{verb} includes {ask.verb}",)
        return Covered(place.cover, (*place.why, *more) or ("it says what was asked",))
    (permission,) = ask.permissions
    if place.cover is Cover.UNKNOWN:
        return place
    if tables.includes(resource, verb, permission):
        return Covered(Cover.WHOLE, (f"{verb} {resource} includes {permission}",))
    if verb == VERBS[-1] and resource in {ALL, ask.resource} and permission not in tables.holders:
        return Covered(Cover.WHOLE, (f"manage {resource} includes every permission",))
    if permission not in tables.holders:
        return _unknown(f"whether {verb} {resource} includes {permission} is not in my tables")
    return NOT


def _list(ability: Permissions, ask: Question) -> Covered:
    named = {one.text.upper() for one in ability.names.items}
    if not ask.permissions:
        return _unknown(f"which permissions it takes to {ask.said} is not in my tables")
    if ask.permissions <= named:
        return Covered(Cover.WHOLE, (f"the list names {_said(ask.permissions)}",))
    some = ask.telling & named
    if not some:
        return NOT
    return Covered(Cover.PART, (f"the list names {_said(some)}, {len(ask.permissions & named)} of the {len(ask.permissions)} permissions",))  # fmt: skip


def _said(permissions: frozenset[str]) -> str:
    found = sorted(permissions)
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")

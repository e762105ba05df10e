"""Which grants were used: statements held against what people did, as far as an audit shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from tools.access.catalogue import VERBS, Catalogue
from tools.access.effective import Known, ability, conditioned
from tools.access.people import People, named_in
from tools.access.syntax import Grant, Verb
from tools.oracle.compartments import Tree

LOOKS: Final = ("INSPECT", "READ", "_LIST")
_TABLE: Final = Path(__file__).parent / "tables" / "operations.jsonl"


class Used(StrEnum):
    UNUSED = "unused"
    NOBODY = "nobody is in it"
    UNCLEAR = "cannot tell"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Deed:
    """Somebody's change: `operation` as the audit calls it, in a compartment by OCID."""

    who: str
    operation: str
    compartment: str


@dataclass(frozen=True, slots=True)
class Usage:
    """`permissions` are those of the grant that what was done takes; `given` how many beyond looking it gives."""

    known: Known
    verdict: Used
    people: tuple[str, ...]
    permissions: tuple[str, ...]
    given: int
    why: str = ""


@cache
def operations() -> Mapping[str, frozenset[str]]:
    """The permissions beyond looking that an operation takes, by its name in lower case."""
    with _TABLE.open(encoding="utf-8") as file:
        return {row["operation"].lower(): frozenset(row["permissions"]) for row in map(json.loads, file)}


def usage(known: Known, deeds: Sequence[Deed], people: People, tree: Tree, tables: Catalogue) -> Usage | None:
    """None for what this cannot be asked of: denies, looking alone, and others than groups of this tenancy."""
    grant = known.local
    if grant is None or known.deny or grant.subject.kind.low != "group":
        return None
    given = _given(grant, tables)
    if not given:
        return None
    groups = [people.group(one) for one in named_in(grant, "group")]
    if not all(one in people.members for one in groups):
        return Usage(known, Used.UNCLEAR, (), (), len(given), "its members are not visible to me")
    mine = tuple(sorted({name for one in groups for name in people.members[one]}))
    if not mine:
        return Usage(known, Used.NOBODY, (), (), len(given))
    return _judged(known, [one for one in deeds if one.who in mine], mine, given, tree)


def _given(grant: Grant, tables: Catalogue) -> frozenset[str]:
    if isinstance(grant.ability, Verb) and grant.ability.verb.low in VERBS[:2]:
        return frozenset()
    found = conditioned(ability(grant.ability, tables), grant)
    return frozenset(one for one in found.sure | found.perhaps if not one.endswith(LOOKS))


def _judged(known: Known, mine: Sequence[Deed], people: tuple[str, ...], given: frozenset[str], tree: Tree) -> Usage:  # fmt: skip
    at = known.applies(tree.root, tree).at
    if at is None:
        return Usage(known, Used.UNCLEAR, people, (), len(given), "its compartment is not visible to me")
    inside = {one.id for one in tree.below(at)}
    here = [one for one in mine if one.compartment in inside]
    table = operations()
    used = frozenset().union(*(table.get(one.operation.lower(), frozenset()) for one in here)) & given
    if used:
        return Usage(known, Used.USED, people, tuple(sorted(used)), len(given))
    strange = sorted({one.operation for one in here if one.operation.lower() not in table})
    if strange:
        return Usage(known, Used.UNCLEAR, people, (), len(given), f"what {strange[0]} takes is in no table")
    return Usage(known, Used.UNUSED, people, (), len(given))

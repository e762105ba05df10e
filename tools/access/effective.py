"""What statements together let somebody do at one place, permission by permission: surely, perhaps, or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tools.access.catalogue import VERBS, Catalogue
from tools.access.deciding import decided
from tools.access.judging import Line
from tools.access.places import Applies, Standing, applies
from tools.access.syntax import Association, Definition, Grant, Permissions, Statement, Verb
from tools.oracle.compartments import Compartment, Tree

NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that was read, with the policy that it stands in."""

    line: Line
    statement: Statement

    @property
    def deny(self) -> bool:
        return isinstance(self.statement, Grant) and self.statement.effect[0].low == "deny"

    @property
    def local(self) -> Grant | None:
        """What it says about people and resources of this tenancy; None for definitions and what crosses tenancies."""
        one = self.statement
        if isinstance(one, Definition) or one.effect[-1].low in {"endorse", "admit"}:
            return None
        return one

    def applies(self, at: Compartment, tree: Tree) -> Applies:
        one = self.statement
        place = None if isinstance(one, Definition) else one.place
        if place is None:
            return Applies(Standing.UNKNOWN, "it names no compartment of this tenancy alone")
        return applies(place, self.line.attached, at, tree)


@dataclass(frozen=True, slots=True)
class Power:
    """Permissions; `unknown` are the words of statements that are in no table."""

    sure: frozenset[str] = NONE
    perhaps: frozenset[str] = NONE
    unknown: frozenset[str] = NONE

    def less(self, other: Power) -> Power:
        """What this has and the other has not. What was perhaps and is sure now is new."""
        return Power(
            self.sure - other.sure,
            self.perhaps - other.perhaps - other.sure,
            self.unknown - other.unknown,
        )

    def __bool__(self) -> bool:
        return bool(self.sure or self.perhaps or self.unknown)


def power(found: Iterable[Known], at: Compartment, tree: Tree, tables: Catalogue, *, exempt: bool) -> Power:
    """Of statements that are all about the same holder. `exempt`: no deny reaches it."""
    gives, takes = Power(), Power()
    for one in found:
        if one.deny and exempt:
            continue
        said = _said(one, at, tree, tables)
        if one.deny:
            takes = _both(takes, said)
        else:
            gives = _both(gives, said)
    sure = gives.sure - takes.sure - takes.perhaps
    perhaps = (gives.sure | gives.perhaps) - takes.sure - sure
    return Power(sure, perhaps, gives.unknown | takes.unknown)


def _both(one: Power, other: Power) -> Power:
    sure = one.sure | other.sure
    return Power(sure, (one.perhaps | other.perhaps) - sure, one.unknown | other.unknown)


def _said(one: Known, at: Compartment, tree: Tree, tables: Catalogue) -> Power:
    grant = one.local
    standing = one.applies(at, tree).standing
    if grant is None or standing in {Standing.ELSEWHERE, Standing.BELOW}:
        return Power()
    named = ability(grant.ability, tables, deny=one.deny)
    kept = conditioned(named, grant)
    if standing is Standing.UNKNOWN:
        return Power(NONE, kept.sure | kept.perhaps, kept.unknown)
    return kept


def conditioned(named: Power, grant: Grant) -> Power:
    """As far as the condition leaves it: what only the request decides is perhaps."""
    if grant.where is None:
        return named
    told = {one: decided(grant.where.condition, one) for one in named.sure | named.perhaps}
    sure = frozenset(one for one in named.sure if told[one])
    perhaps = frozenset(one for one, holds in told.items() if holds is not False) - sure
    return Power(sure, perhaps, named.unknown)


def ability(found: Verb | Permissions | Association, tables: Catalogue, *, deny: bool = False) -> Power:
    """The permissions that a verb or a list stands for; of a deny of a verb only what the verb adds is certain."""
    if isinstance(found, Permissions):
        return Power(frozenset(one.text.upper() for one in found.names.items))
    if isinstance(found, Association):
        return Power(unknown=frozenset({f"associate {found.resource.low}"}))
    name = tables.aliases.get(found.resource.low, found.resource.low)
    types, verb = tables.expand(name), found.verb.low
    if verb not in VERBS or not any(one in tables.types for one in types):
        return Power(unknown=frozenset({f"{verb} {name}"}))
    missing = frozenset(f"{verb} {one}" for one in types if one not in tables.types)
    if not deny:
        return Power(tables.permissions(types, verb), NONE, missing)
    sure = tables.added(types, verb)
    return Power(sure, tables.permissions(types, VERBS[-1]) - sure, missing)

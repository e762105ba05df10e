"""What the rules look at: statements, people, dynamic groups, credentials; and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from tools.access.catalogue import Catalogue
from tools.access.effective import Known, Power, power
from tools.access.holders import DYNAMIC, GROUP, Holder
from tools.access.people import ADMINISTRATORS, DEFAULT, called, named_in
from tools.access.places import Standing
from tools.access.syntax import Grant
from tools.oracle.compartments import Compartment, Tree
from tools.spec import Json


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential as the rules see it; `days` is None where its age is not told."""

    kind: str
    user: str
    ref: str
    label: str
    days: int | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """`said` quotes what others wrote."""

    ref: str
    said: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` is written by code and names at most identifiers. Several proofs belong together: each is a part of it."""

    says: str
    proofs: tuple[Proof, ...] = ()


class CannotTell(Exception):
    """What the rule needs is not shown to us; the text says what."""


@dataclass(frozen=True)
class World:
    """`secrets` and `members` and `minimum` are None where they could not be read."""

    tree: Tree
    tables: Catalogue
    now: datetime
    known: Sequence[Known]
    users: Sequence[Json] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    dynamic: Sequence[Holder] = ()
    members: Mapping[str, tuple[str, ...]] | None = None  # OCIDs of users, by their group's
    secrets: Sequence[Secret] | None = None
    minimum: int | None = None  # characters of a password
    _powers: dict[tuple[Holder, str], Power] = field(default_factory=dict)

    @cached_property
    def grants(self) -> list[tuple[Known, Grant]]:
        """What lets people of this tenancy do something in it."""
        return [(one, one.local) for one in self.known if one.local is not None and not one.deny]

    @cached_property
    def holders(self) -> list[Holder]:
        """Every group that a statement names, but the Administrators; those of other domains by name alone."""
        found: dict[str, Holder] = {}
        by_name = {name.lower(): (ident, name) for ident, name in self.groups.items()}
        for one in self.known:
            for named in named_in(one.local, GROUP) if one.local else ():
                key = called(named)
                ident, name = by_name.get(key) or (key, self.groups.get(key, key))
                found[ident] = Holder(GROUP, ident, name, ((ident, name),))
        return [one for one in found.values() if not one.exempt]

    def secrets_of(self, kind: str) -> list[Secret]:
        if self.secrets is None:
            raise CannotTell("credentials of users are not shown to me")
        return [one for one in self.secrets if one.kind == kind and one.active]

    def administrators(self) -> tuple[str, ...]:
        """OCIDs of users."""
        ident = next((key for key, name in self.groups.items() if name.lower() == ADMINISTRATORS), "")
        if self.members is None or ident not in self.members:
            raise CannotTell("the members of Administrators are not shown to me")
        return self.members[ident]

    def power(self, holder: Holder, at: Compartment) -> Power:
        key = (holder, at.id)
        if key not in self._powers:
            mine = [one for one in self.known if one.local and holder.reached(one.local)]
            self._powers[key] = power(mine, at, self.tree, self.tables, exempt=holder.exempt)
        return self._powers[key]

    def about(self, holder: Holder) -> Iterator[tuple[Known, Grant]]:
        yield from ((one, grant) for one, grant in self.grants if holder.reached(grant))

    def place(self, known: Known) -> Compartment | None:
        """Where the statement counts; None where that cannot be told."""
        return known.applies(self.tree.root, self.tree).at

    def reaching(self, holder: Holder, at: Compartment) -> list[Known]:
        return [one for one, _ in self.about(holder) if one.applies(at, self.tree).standing is Standing.HERE]


Check = Callable[[World], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`manual`: the benchmark leaves the judgement to a person; what is found is a hint."""

    id: str
    title: str
    severity: Severity
    check: Check
    fix: str
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """`unknown` says why it cannot be told; then no finding means nothing."""

    rule: Rule
    findings: tuple[Finding, ...] = ()
    unknown: str = ""

    @property
    def status(self) -> str:
        if self.findings:
            return "fail"
        return "cannot tell" if self.unknown else "pass"


def check(rules: Sequence[Rule], world: World) -> list[Checked]:
    """Each rule on its own: one that cannot tell costs itself alone. Blocks."""
    return [_one(rule, world) for rule in rules]


def _one(rule: Rule, world: World) -> Checked:
    try:
        return Checked(rule, tuple(rule.check(world)))
    except CannotTell as error:
        return Checked(rule, (), str(error))


def proof(known: Known) -> Proof:
    line = known.line
    return Proof(
        line.ref,
        f"{line.text!r} (policy {line.policy_name} in {line.attached.path}, statement {line.number + 1})",
    )


def administers(grant: Grant) -> bool:
    """Whether it is about the group Administrators of the Default domain alone."""
    names = [called(one) for one in named_in(grant, GROUP)]
    return bool(names) and all(one.removeprefix(DEFAULT) == ADMINISTRATORS for one in names)


def is_dynamic(grant: Grant) -> bool:
    return grant.subject.kind.low == DYNAMIC


def text(item: Any, key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""

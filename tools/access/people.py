"""Who stands behind the subjects of statements: members of groups, rules of dynamic groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from tools.access.syntax import ById, Grant, Listed, Named
from tools.spec import Json

ADMINISTRATORS: Final = "administrators"  # of the Default domain: no deny reaches them
DEFAULT: Final = "default/"
ORIGIN: Final = "identityDomain"  # where a user or group that is not of Default says what it is of


@dataclass(frozen=True, slots=True)
class DynamicGroup:
    id: str
    name: str
    rule: str


@dataclass(frozen=True)
class People:
    """`groups` and `dynamic` by OCID; `members` are names of users by their group's OCID. `missing` could not be read."""

    groups: Mapping[str, str] = field(default_factory=dict)
    dynamic: Mapping[str, DynamicGroup] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def group(self, named: Named) -> str:
        """Its OCID; empty when it is not there, not visible, or in an identity domain of its own."""
        if isinstance(named, ById):
            return named.id.text if named.id.text in self.groups else ""
        return self._by_name.get(called(named), "")

    def rule(self, named: Named) -> DynamicGroup | None:
        if isinstance(named, ById):
            return self.dynamic.get(named.id.text)
        return self._dynamic_by_name.get(called(named))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.lower(): ident for ident, name in self.groups.items()}

    @cached_property
    def _dynamic_by_name(self) -> dict[str, DynamicGroup]:
        return {one.name.lower(): one for one in self.dynamic.values()}

    def label(self, named: Named) -> str:
        if isinstance(named, ById):
            one = self.dynamic.get(named.id.text)
            return self.groups.get(named.id.text) or (one.name if one else named.id.text)
        return named.name.plain if called(named) == named.name.plain.lower() else named.plain


def called(named: Named) -> str:
    """A name as two statements may both write it: without case, the Default domain left out."""
    if isinstance(named, ById):
        return named.id.text.lower()
    return named.plain.lower().removeprefix(DEFAULT)


def named_in(found: Grant, kind: str) -> tuple[Named, ...]:
    """The groups, or dynamic groups, that the statement is about; those of other tenancies are not ours to look up."""
    if found.subject.kind.low != kind or found.subject.origin is not None:
        return ()
    return found.subject.names.items if isinstance(found.subject.names, Listed) else ()


@dataclass(frozen=True, slots=True)
class Who:
    """A subject in words: its kind, its names, and the tenancy it comes from where that is another one."""

    kind: str
    names: tuple[str, ...] = ()
    tenancy: str = ""

    def __str__(self) -> str:
        said = f"{self.kind} {', '.join(self.names)}".strip()
        return f"{said} of {self.tenancy} (another tenancy)" if self.tenancy else said


def who(found: Grant, people: People) -> Who:
    subject = found.subject
    if isinstance(subject.names, Listed):
        names = tuple(people.label(one) for one in subject.names.items)
    else:
        names = tuple(one.text for one in subject.names or ())
    origin = subject.origin
    return Who(subject.kind.low, names, (origin.name.plain if origin.name else "any other") if origin else "")


def one_factor(user: Json) -> bool:
    """What Default does not say counts as none; another identity domain may keep it to itself: then nothing is concluded."""
    return not user.get("isMfaActivated", ORIGIN in user)

"""A person, a group or a dynamic group, and which statements are about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tools.access.people import ADMINISTRATORS, DEFAULT, called, named_in
from tools.access.syntax import ById, Grant

USER, GROUP, DYNAMIC, SERVICE, ANYONE = "user", "group", "dynamic-group", "service", "any-user"
EVERYBODY: Final = ("any-user", "any-group")


@dataclass(frozen=True, slots=True)
class Holder:
    """`groups` are OCID and name of all groups by which statements reach it; a group stands in its own."""

    kind: str
    id: str
    name: str
    groups: tuple[tuple[str, str], ...] = ()
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()

    @property
    def exempt(self) -> bool:
        """No deny reaches the Administrators of the Default domain."""
        return self.kind in {USER, GROUP} and any(
            name.lower().removeprefix(DEFAULT) == ADMINISTRATORS for _, name in self.groups
        )

    def reached(self, found: Grant) -> str:
        """By what the statement reaches it: `group Platform`, `any-user`; empty where it is about others."""
        kind = found.subject.kind.low
        if found.subject.origin is not None:
            return ""
        if kind == "any-user":
            return kind if self.kind != SERVICE else ""
        if kind == "any-group":
            return kind if self.kind in {USER, GROUP} else ""
        wanted = self.kind if self.kind in {DYNAMIC, SERVICE} else GROUP
        mine = {ident.lower(): name for ident, name in self.groups}
        by_name = {name.lower().removeprefix(DEFAULT): name for _, name in self.groups}
        for one in named_in(found, wanted) if kind == wanted else ():
            name = mine.get(called(one)) if isinstance(one, ById) else by_name.get(called(one))
            if name is not None:
                return f"{wanted} {name}"
        return ""


def anyone() -> Holder:
    """Whoever has signed in and is in no group at all."""
    return Holder(ANYONE, "", "")

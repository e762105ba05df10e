"""What is asked: a verb on a resource type, one permission, or a deed (`stop instances`) that one permission stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tools.access.catalogue import ALL, VERBS, Catalogue
from tools.errors import AskBack

PERMISSION: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# What people call it, and how the permission for it ends.
DEEDS: Final = {
    **{deed: ("_POWER_ACTIONS", f"_{deed.upper()}") for deed in ("stop", "start", "reset", "reboot", "restart")},
    **dict.fromkeys(("delete", "terminate", "remove", "destroy", "drop"), ("_DELETE",)),
    **dict.fromkeys(("create", "launch", "add", "make"), ("_CREATE",)),
    **dict.fromkeys(("update", "change", "edit", "modify"), ("_UPDATE",)),
    **dict.fromkeys(("list",), ("_INSPECT",)),
    **dict.fromkeys(("get", "see", "view", "show"), ("_READ",)),
    **dict.fromkeys(("write", "overwrite"), ("_WRITE", "_OVERWRITE")),
    **dict.fromkeys(("move",), ("_MOVE",)),
    **dict.fromkeys(("administer", "control", "own"), ("manage",)),
}  # fmt: skip
OFFERED: Final = 8


@dataclass(frozen=True, slots=True)
class Question:
    """`permissions` is what it takes, empty where the tables do not say; `verb` is empty where one permission is asked."""

    said: str
    verb: str
    resource: str
    types: frozenset[str]
    permissions: frozenset[str]
    telling: frozenset[str]  # those of `permissions` that the verbs before do not have
    note: str = ""

    @property
    def by_permission(self) -> bool:
        return not self.verb


def asked(verb: str, resource: str, tables: Catalogue) -> Question:
    """Raises AskBack where the words stand for no verb and no permission."""
    word = verb.strip()
    if PERMISSION.fullmatch(word.upper()) and "_" in word:
        return _permission(word.upper(), f"use {word.upper()}", resource, tables)
    low = word.lower()
    ends = DEEDS.get(low, ())
    if low in VERBS or ends == ("manage",):
        return _verb(low if low in VERBS else "manage", resource, tables)
    return _deed(low, ends, resource, tables)


def _verb(verb: str, resource: str, tables: Catalogue) -> Question:
    if not resource:
        raise AskBack(f"{verb.capitalize()} what? Name a resource type, such as instances or instance-family")
    name = tables.spelled(resource)
    types = tables.expand(name)
    note = "" if tables.known(name) else f"{name} is not in my tables of resource types: only statements that name it, or all-resources, can be told"  # fmt: skip
    added = tables.added(types, verb)
    every = tables.permissions(types, verb)
    return Question(f"{verb} {name}", verb, name, types, every, added or every, note)


def _permission(permission: str, said: str, resource: str, tables: Catalogue, note: str = "") -> Question:
    name = tables.spelled(resource) if resource else ""
    holders = tables.holders.get(permission, frozenset())
    if not holders and not name:
        near = [one for one in sorted(tables.holders) if one.startswith(permission.partition("_")[0] + "_")]
        raise AskBack(f"I know no permission {permission}. Which one?", tuple(near[:OFFERED]))
    unknown = "" if holders else f"{permission} is not in my tables of permissions: only lists that name it, and `manage` on its resource, can be told"  # fmt: skip
    only = frozenset({permission})
    return Question(said, "", name, holders or tables.expand(name), only, only, note or unknown)


def _deed(deed: str, ends: tuple[str, ...], resource: str, tables: Catalogue) -> Question:
    """The one permission of that type whose name ends as the deed says; several, or none, are asked back."""
    if not resource:
        raise AskBack(f"{deed.capitalize()} what? Name a resource type, such as instances")
    name = tables.spelled(resource)
    every = tables.permissions(tables.expand(name), VERBS[-1]) if name != ALL else frozenset()
    for end in ends:
        found = sorted(one for one in every if one.endswith(end))
        exact = [one for one in found if one == _named(name) + end] or found
        if len(exact) == 1:
            said = f"{deed} {name}"
            note = (
                f"judged by {exact[0]} alone: the operation may need permissions of other resource types too"
            )
            return _permission(exact[0], said, name, tables, note)
        if exact:
            raise AskBack(f"{deed.capitalize()} {name} may mean several permissions. Which one?", tuple(exact[:OFFERED]))  # fmt: skip
    options = (*(f"{verb} {name}" for verb in VERBS), *sorted(every)[:OFFERED])
    raise AskBack(f"I cannot tell which permission it takes to {deed} {name}. Ask with a verb of Oracle's policies or a permission", options)  # fmt: skip


def _named(resource: str) -> str:
    """`instances` -> INSTANCE, as permissions begin."""
    single = f"{resource[:-3]}y" if resource.endswith("ies") else resource.removesuffix("s")
    return single.replace("-", "_").upper()

"""What one subject holds, everywhere: its rules merged by place and object, each with the binding that gives it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.cluster.rbac import Binding, groups_of
from tools.cluster.rights.access import Access, Held, held

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


@dataclass(slots=True)
class Holding:
    """Verbs on one resource in one place (empty: everywhere). `names`: only those objects. `by` binding and group."""

    namespace: str
    resource: str
    names: tuple[str, ...]
    verbs: set[str] = field(default_factory=set)
    by: dict[str, Binding] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        if "*" in self.verbs:
            return "every verb"
        return ", ".join(sorted(self.verbs, key=lambda v: (VERBS.index(v) if v in VERBS else 99, v)))

    @property
    def writes(self) -> bool:
        return bool(self.verbs - {"get", "list", "watch"})


def holdings(access: Access, user: str, groups: Iterable[str] = ()) -> list[Holding]:
    """Of the user, and of the groups that it is in; the widest first."""
    mine = {*groups, *groups_of(user)}
    found: dict[tuple[str, str, tuple[str, ...]], Holding] = {}
    for one in held(access):
        named = one.subject == user and one.subject_kind != "Group"
        grouped = one.subject_kind == "Group" and one.subject in mine
        if named or grouped:
            _add(found, one, one.subject if grouped else "")
    return sorted(found.values(), key=_order)


def holdings_of_group(access: Access, group: str) -> list[Holding]:
    found: dict[tuple[str, str, tuple[str, ...]], Holding] = {}
    for one in held(access):
        if one.subject_kind == "Group" and one.subject == group:
            _add(found, one, group)
    return sorted(found.values(), key=_order)


def _order(one: Holding) -> tuple[bool, bool, bool, str, str]:
    return (bool(one.namespace), "*" not in one.resource, not one.writes, one.namespace, one.resource)


def _add(found: dict[tuple[str, str, tuple[str, ...]], Holding], one: Held, group: str) -> None:
    names = tuple(sorted(one.rule.get("resourceNames") or ()))
    for resource in _resources(one):
        entry = found.setdefault((one.namespace, resource, names), Holding(one.namespace, resource, names))
        entry.verbs |= set(one.rule.get("verbs") or [])
        entry.by[one.binding.ref] = one.binding
        if group:
            entry.groups.add(group)


def _resources(one: Held) -> list[str]:
    """`deployments.apps`, `pods`, `*.*`, `/metrics`."""
    if one.rule.get("nonResourceURLs"):
        return list(one.rule["nonResourceURLs"]) if not one.namespace else []
    return [
        f"{resource}.{group}" if group else str(resource)
        for group in one.rule.get("apiGroups") or [""]
        for resource in one.rule.get("resources") or []
    ]

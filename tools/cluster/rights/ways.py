"""From a subject over a binding to what it may in one namespace: one way for each subject of each binding that counts there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.cluster.objects import meta, name
from tools.cluster.rbac import Binding
from tools.cluster.rights.access import Access, account, subject
from tools.cluster.rights.dangers import LEVELS, Level
from tools.cluster.rights.risks import risks, words_of
from tools.spec import Json

RULES = 6  # of a role, told one by one
NO_ROLE, UNREAD = "nothing: the role does not exist", "not to be seen: the role could not be read"


@dataclass(frozen=True, slots=True)
class Way:
    """`level` and `why` are those of the worst that is risky about it; empty where nothing is."""

    level: Level | None
    subject_kind: str
    subject: str
    binding: Binding
    may: str
    why: str

    @property
    def order(self) -> tuple[int, bool, str, str]:
        rank = LEVELS.index(self.level) if self.level else len(LEVELS)
        return (rank, bool(self.binding.namespace), self.subject, self.binding.name)


def ways(access: Access, namespace: str) -> list[Way]:
    """Worst first. What the server binds for its own parts is left out."""
    return sorted(_ways(access, namespace), key=lambda way: way.order)


def _ways(access: Access, namespace: str) -> Iterator[Way]:
    worst: dict[tuple[str, str], tuple[Level, str]] = {}
    for risk in risks(access):  # the worst of each comes first
        who = "" if risk.subject_kind == "binding" else risk.subject
        worst.setdefault((risk.ref, who), (risk.level, risk.why))
    for binding in access.rules.bindings:
        if binding.namespace not in {"", namespace}:
            continue
        ours = binding.kind == "ClusterRoleBinding" and binding.name in access.built_in
        may = _may(access, binding)
        for kind, named, space in binding.subjects:
            who = subject(kind, named, space or binding.namespace)
            if ours and who.startswith("system:"):
                continue
            found = [bad for key in ((binding.ref, who), (binding.ref, "")) if (bad := worst.get(key))]
            level, why = min(found, key=lambda bad: LEVELS.index(bad[0]), default=(None, ""))
            yield Way(level, kind, who, binding, may, why)


def _may(access: Access, binding: Binding) -> str:
    rules = access.rules.rules(binding)
    if rules is None:
        read = access.items.knows("roles" if binding.role_kind == "Role" else "clusterroles")
        return NO_ROLE if read else UNREAD
    told = [_told(rule) for rule in rules[:RULES]]
    more = f"and {len(rules) - RULES} more rules" if len(rules) > RULES else ""
    return "; ".join(filter(None, [*told, more])) or "nothing: the role has no rules"


def _told(rule: Json) -> str:
    stars = all("*" in (rule.get(field) or []) for field in ("verbs", "resources", "apiGroups"))
    return "everything" if stars and not rule.get("resourceNames") else words_of(rule)


def without_any(access: Access, namespace: str) -> list[str]:
    """Service accounts of the namespace that no binding names: they have what everybody has."""
    bound = {
        subject(kind, named, space or binding.namespace)
        for binding in access.rules.bindings
        for kind, named, space in binding.subjects
    }
    mine = [a for a in access.items.of("serviceaccounts") if meta(a).get("namespace") == namespace]
    return sorted(name(a) for a in mine if account(namespace, name(a)) not in bound)

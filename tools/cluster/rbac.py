"""Kubernetes RBAC evaluated over its own objects: who may do what, and by which binding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.cluster.objects import meta, name
from tools.cluster.snapshot import Snapshot
from tools.spec import Json

EVERYBODY = ("system:authenticated",)
ANONYMOUS = "system:anonymous"
NOBODY_KNOWN = ("system:unauthenticated",)
NAMELESS = {"create", "deletecollection"}  # names never match these on a top-level resource


@dataclass(frozen=True, slots=True)
class Ask:
    """May somebody `verb` the `resource` (or `resource/subresource`) of `group` in `namespace`? Empty: everywhere."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """A binding with its subjects as (kind, name, namespace)."""

    ref: str
    name: str
    kind: str
    namespace: str
    role_kind: str
    role: str
    subjects: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """One subject that a binding lets do what was asked."""

    subject_kind: str
    subject: str
    binding: Binding
    rule: Json


def rule_matches(rule: Json, ask: Ask) -> bool:
    """As the API server's RBAC authorizer decides, for one rule."""
    if not {"*", ask.verb} & set(rule.get("verbs") or []) or not {"*", ask.group} & set(
        rule.get("apiGroups") or []
    ):
        return False
    resource, _, sub = ask.resource.partition("/")
    fitting = {"*", ask.resource} | ({f"*/{sub}"} if sub else set())
    if not fitting & set(rule.get("resources") or []):
        return False
    names = rule.get("resourceNames") or []
    if not names:
        return True
    if ask.verb in NAMELESS and not sub:
        return False
    return bool(resource) and ask.name in names


class Rules:
    """Roles and bindings of a cluster, or of one namespace where only that could be read."""

    def __init__(self, roles: dict[tuple[str, str, str], list[Json]], bindings: tuple[Binding, ...]) -> None:
        self._roles = roles
        self.bindings = bindings

    @classmethod
    def of(cls, snap: Snapshot) -> Rules:
        return cls.build(
            snap.cluster,
            [*snap.of("roles"), *snap.of("clusterroles")],
            [*snap.of("rolebindings"), *snap.of("clusterrolebindings")],
        )

    @classmethod
    def build(cls, cluster: str, roles: Iterable[Json], bindings: Iterable[Json]) -> Rules:
        """Kinds are told apart by namespace: cluster-wide objects have none."""
        table: dict[tuple[str, str, str], list[Json]] = {}
        for role in roles:
            namespace = str(meta(role).get("namespace", ""))
            table["Role" if namespace else "ClusterRole", namespace, name(role)] = role.get("rules") or []
        return cls(table, tuple(_binding(cluster, item) for item in bindings))

    def rules(self, binding: Binding) -> list[Json] | None:
        """The bound role's rules; None when the role does not exist or could not be read."""
        namespace = binding.namespace if binding.role_kind == "Role" else ""
        return self._roles.get((binding.role_kind, namespace, binding.role))

    def grants(self, ask: Ask) -> Iterator[Grant]:
        """Every subject of every binding that allows it, with the rule that does."""
        for binding in self.bindings:
            if binding.namespace not in {"", ask.namespace}:
                continue
            rule = next((r for r in self.rules(binding) or [] if rule_matches(r, ask)), None)
            if rule is None:
                continue
            for kind, subject, namespace in binding.subjects:
                full = (
                    f"system:serviceaccount:{namespace or binding.namespace}:{subject}"
                    if kind == "ServiceAccount"
                    else subject
                )
                yield Grant(kind, full, binding, rule)

    def allowed(self, user: str, ask: Ask, groups: Iterable[str] = ()) -> bool:
        return any(True for _ in self.proofs(user, ask, groups))

    def proofs(self, user: str, ask: Ask, groups: Iterable[str] = ()) -> Iterator[Grant]:
        """The grants that reach this user, directly or through a group."""
        mine = {*groups, *groups_of(user)}
        for grant in self.grants(ask):
            named = grant.subject == user and grant.subject_kind != "Group"
            if named or (grant.subject_kind == "Group" and grant.subject in mine):
                yield grant

    def bindings_of(self, user: str) -> tuple[Binding, ...]:
        mine = set(groups_of(user))
        return tuple(
            b
            for b in self.bindings
            if any(_full(s, b) == user or (s[0] == "Group" and s[1] in mine) for s in b.subjects)
        )

    def verbs(self, user: str, ask: Ask) -> list[str]:
        """What the user may do with the same resource instead."""
        verbs = ("get", "list", "watch", "create", "update", "patch", "delete")
        return [
            v for v in verbs if self.allowed(user, Ask(v, ask.group, ask.resource, ask.namespace, ask.name))
        ]


def groups_of(user: str) -> tuple[str, ...]:
    """Groups that everybody of that kind is in."""
    parts = user.split(":")
    if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
        return (*EVERYBODY, "system:serviceaccounts", f"system:serviceaccounts:{parts[2]}")
    return NOBODY_KNOWN if user == ANONYMOUS else EVERYBODY


def _full(subject: tuple[str, str, str], binding: Binding) -> str:
    kind, subject_name, namespace = subject
    if kind != "ServiceAccount":
        return subject_name if kind == "User" else ""
    return f"system:serviceaccount:{namespace or binding.namespace}:{subject_name}"


def _binding(cluster: str, item: Json) -> Binding:
    namespace = str(meta(item).get("namespace", ""))
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    ref = item.get("roleRef") or {}
    subjects = tuple(
        (s.get("kind", ""), s.get("name", ""), s.get("namespace", "")) for s in item.get("subjects") or []
    )
    return Binding(
        f"k8s:{cluster}/{namespace or '-'}/{kind.lower()}/{name(item)}#subjects",
        name(item),
        kind,
        namespace,
        ref.get("kind", ""),
        ref.get("name", ""),
        subjects,
    )

"""Role-based access control over the roles and bindings in the store."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.cluster.access.attributes import Attributes, Verdict
from sandbox.cluster.access.rules import Rule, covers
from sandbox.cluster.identity.users import MASTERS, User
from sandbox.cluster.metadata import Obj, name_of, namespace_of

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

RBAC = "rbac.authorization.k8s.io/v1"
Granted = tuple[Rule, str]  # a rule, and the binding that grants it in words


class Authorizer:
    """Answers with the reasons of a real server."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def decide(self, user: User, wanted: Attributes) -> Verdict:
        if MASTERS in user.groups:
            return Verdict(allowed=True)
        problems: list[str] = []
        for rule, words in self._granted(user, wanted.namespace, problems):
            if covers(rule, wanted):
                return Verdict(allowed=True, reason=f"RBAC: allowed by {words}")
        unique = list(dict.fromkeys(problems))
        if not unique:
            return Verdict(allowed=False)
        text = unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"
        return Verdict(allowed=False, reason=f"RBAC: {text}")

    def rules(self, user: User, namespace: str) -> list[Rule]:
        """Every rule that a user has in a namespace, for a rules review."""
        if MASTERS in user.groups:
            everything: list[Rule] = [
                {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
                {"verbs": ["*"], "nonResourceURLs": ["*"]},
            ]
            return everything
        return [rule for rule, _ in self._granted(user, namespace, [])]

    def _granted(self, user: User, namespace: str, problems: list[str]) -> Iterator[Granted]:
        for kept in self._store.view(f"{RBAC}/clusterrolebindings"):
            subject = _subject(kept.obj, user, "")
            if subject:
                words = f'ClusterRoleBinding "{name_of(kept.obj)}" of {_of(kept.obj)} to {subject}'
                yield from ((rule, words) for rule in self._role(kept.obj, "", problems))
        if not namespace:
            return
        for kept in self._store.view(f"{RBAC}/rolebindings", namespace):
            subject = _subject(kept.obj, user, namespace)
            if subject:
                words = f'RoleBinding "{name_of(kept.obj)}/{namespace}" of {_of(kept.obj)} to {subject}'
                yield from ((rule, words) for rule in self._role(kept.obj, namespace, problems))

    def _role(self, binding: Obj, namespace: str, problems: list[str]) -> list[Rule]:
        reference = binding["roleRef"]
        cluster = reference["kind"] == "ClusterRole"
        plural = "clusterroles" if cluster else "roles"
        kept = self._store.kept(f"{RBAC}/{plural}", None if cluster else namespace, reference["name"])
        if kept is None:
            problems.append(f'{plural[:-1]}.rbac.authorization.k8s.io "{reference["name"]}" not found')
            return []
        return kept.obj.get("rules") or []


def _of(binding: Obj) -> str:
    return f'{binding["roleRef"]["kind"]} "{binding["roleRef"]["name"]}"'


def _subject(binding: Obj, user: User, namespace: str) -> str:
    """The subject of the binding that is the user, in words; empty when none is."""
    for subject in binding.get("subjects") or []:
        if _is(subject, user, namespace):
            if subject["kind"] != "ServiceAccount":
                return f'{subject["kind"]} "{subject["name"]}"'
            return f'ServiceAccount "{subject["name"]}/{subject.get("namespace") or namespace_of(binding)}"'
    return ""


def _is(subject: dict[str, Any], user: User, namespace: str) -> bool:
    match subject["kind"]:
        case "User":
            return bool(user.name == subject["name"])
        case "Group":
            return subject["name"] in user.groups
        case "ServiceAccount":
            home = subject.get("namespace") or namespace
            return user.name == f"system:serviceaccount:{home}:{subject['name']}"
        case _:
            return False

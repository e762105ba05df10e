"""Nobody grants what they do not have, unless they may `escalate` or `bind`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.access.attributes import Attributes
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.access.rules import Rule
from sandbox.cluster.identity.users import User
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.write import Write

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

GROUP: Final = "rbac.authorization.k8s.io"
PARTS: Final = (
    ("APIGroups", "apiGroups"),
    ("Resources", "resources"),
    ("ResourceNames", "resourceNames"),
    ("NonResourceURLs", "nonResourceURLs"),
    ("Verbs", "verbs"),
)


def check(store: "Store", kind: Resource, new: Obj, old: Obj | None, write: Write) -> None:
    if kind.group != GROUP or write.user is None:
        return
    where = namespace_of(new)
    authorizer = Authorizer(store)
    if kind.plural.endswith("bindings"):
        verb, target, granted = "bind", new["roleRef"]["name"], _bound(store, new)
        plural = "clusterroles" if new["roleRef"]["kind"] == "ClusterRole" else "roles"
    else:
        if old is not None and new.get("rules") == old.get("rules"):
            return
        verb, target, plural, granted = "escalate", name_of(new), kind.plural, new.get("rules") or []
    special = Attributes(verb, GROUP, "v1", plural, namespace=where, name=target)
    if authorizer.decide(write.user, special).allowed:
        return
    held = authorizer.rules(write.user, where)
    missing = [rule for rule in granted if not _held(rule, held)]
    if missing:
        raise errors.forbidden(kind, name_of(new), _words(write.user, missing))


def _bound(store: "Store", binding: Obj) -> list[Any]:
    reference = binding["roleRef"]
    cluster = reference["kind"] == "ClusterRole"
    plural, where = ("clusterroles", None) if cluster else ("roles", namespace_of(binding))
    kept = store.kept(f"{GROUP}/v1/{plural}", where, reference["name"])
    if kept is None:
        raise errors.not_found(store.resource(f"{GROUP}/v1/{plural}"), reference["name"])
    return kept.obj.get("rules") or []


def _held(rule: Rule, held: Sequence[Rule]) -> bool:
    return all(any(_covers(other, item) for other in held) for item in _single(rule))


def _single(rule: Rule) -> Iterator[dict[str, str]]:
    """The rule taken apart: one verb, one resource, one name each."""
    for verb in rule.get("verbs") or []:
        for url in rule.get("nonResourceURLs") or []:
            yield {"verbs": verb, "nonResourceURLs": url}
        for group in rule.get("apiGroups") or []:
            for resource in rule.get("resources") or []:
                for name in rule.get("resourceNames") or [""]:
                    yield {"verbs": verb, "apiGroups": group, "resources": resource, "resourceNames": name}


def _covers(rule: Rule, item: dict[str, str]) -> bool:
    return all(_part(rule, field, wanted) for field, wanted in item.items())


def _part(rule: Rule, field: str, wanted: str) -> bool:
    have = rule.get(field) or []
    if field == "resourceNames":
        return not have or wanted in have
    if field == "resources" and "/" in wanted and f"*/{wanted.partition('/')[2]}" in have:
        return True
    return "*" in have or wanted in have


def _words(user: User, missing: list[Any]) -> str:
    groups = " ".join(f'"{group}"' for group in user.groups)
    lines = "\n".join(_shown(rule) for rule in missing)
    held = f'user "{user.name}" (groups=[{groups}])'
    return f"{held} is attempting to grant RBAC permissions not currently held:\n{lines}"


def _shown(rule: Rule) -> str:
    parts = [
        f"{title}:[{', '.join(f'{chr(34)}{v}{chr(34)}' for v in rule[field])}]"
        for title, field in PARTS
        if rule.get(field)
    ]
    return "{" + ", ".join(parts) + "}"

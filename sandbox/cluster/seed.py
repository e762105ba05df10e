"""The objects of a fresh cluster, and the bot's account with its rights."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster.access import roles
from sandbox.cluster.access.aggregation import CLUSTER_ROLES, aggregate
from sandbox.cluster.identity.users import AUTHENTICATED, MASTERS, UNAUTHENTICATED
from sandbox.cluster.metadata import Obj

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

NAMESPACES: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
BOT_NAMESPACE: Final = "cloudops"
BOT_ACCOUNT: Final = "cloudops-bot"
BOT: Final = f"system:serviceaccount:{BOT_NAMESPACE}:{BOT_ACCOUNT}"
VIEWER: Final = "viewer"
NOBODY: Final = "nobody"
BINDINGS: Final = "rbac.authorization.k8s.io/v1/clusterrolebindings"
RBAC: Final = "rbac.authorization.k8s.io"
BOOTSTRAP: Final = {"kubernetes.io/bootstrapping": "rbac-defaults"}
MANAGER: Final = "kube-apiserver"


def seed(store: "Store") -> None:
    """Creates what is not there yet; what a person changed stays changed."""
    for name in (*NAMESPACES, BOT_NAMESPACE):
        _ensure(store, "v1/namespaces", {"metadata": {"name": name}})
    account = {"metadata": {"name": BOT_ACCOUNT, "namespace": BOT_NAMESPACE}}
    _ensure(store, "v1/serviceaccounts", account)
    _ensure(store, "v1/services", _kubernetes())
    for name, value in (("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)):
        body = {"metadata": {"name": name}, "value": value, "description": "Used for system critical pods."}
        _ensure(store, "scheduling.k8s.io/v1/priorityclasses", body)
    _roles(store)
    _bindings(store)
    aggregate(store)


def _ensure(store: "Store", resource: str, obj: Obj) -> None:
    metadata = obj["metadata"]
    if store.kept(resource, metadata.get("namespace"), metadata["name"]) is None:
        store.create(resource, obj, manager=MANAGER)


def _kubernetes() -> Obj:
    port = {"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}
    labels = {"component": "apiserver", "provider": "kubernetes"}
    metadata = {"name": "kubernetes", "namespace": "default", "labels": labels}
    return {"metadata": metadata, "spec": {"clusterIP": "10.96.0.1", "ports": [port], "type": "ClusterIP"}}


def _roles(store: "Store") -> None:
    for name, rules in roles.PLAIN.items():
        _role(store, name, rules, BOOTSTRAP)
    for name, rules in roles.OURS.items():
        _role(store, name, rules, {})
    parts = {"view": roles.VIEW, "edit": roles.EDIT, "admin": roles.ADMIN}
    for name, rules in parts.items():
        labels = BOOTSTRAP | {roles.AGGREGATE.format(name): "true"}
        _role(store, f"system:aggregate-to-{name}", rules, labels)
    for name, feeds in (("view", "edit"), ("edit", "admin"), ("admin", "")):
        labels = BOOTSTRAP | ({roles.AGGREGATE.format(feeds): "true"} if feeds else {})
        body = _named(name, labels)
        selector = {"matchLabels": {roles.AGGREGATE.format(name): "true"}}
        _ensure(
            store,
            CLUSTER_ROLES,
            body | {"aggregationRule": {"clusterRoleSelectors": [selector]}, "rules": []},
        )


def _role(store: "Store", name: str, rules: list[dict[str, Any]], labels: dict[str, str]) -> None:
    _ensure(store, CLUSTER_ROLES, _named(name, labels) | {"rules": rules})


def _named(name: str, labels: dict[str, str]) -> Obj:
    metadata: Obj = {"name": name, "labels": dict(labels)}
    if labels:
        metadata["annotations"] = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
    return {"metadata": metadata}


def _bindings(store: "Store") -> None:
    account = {"kind": "ServiceAccount", "name": BOT_ACCOUNT, "namespace": BOT_NAMESPACE}
    everybody = [_group(AUTHENTICATED)]
    chat = {role: _group(f"chatops:{role}") for role in roles.CHAT_ROLES}
    active = [chat["operator"], chat["approver"]]
    _bind(store, "cluster-admin", "cluster-admin", [_group(MASTERS)], BOOTSTRAP)
    _bind(store, "system:basic-user", "system:basic-user", everybody, BOOTSTRAP)
    _bind(store, "system:discovery", "system:discovery", everybody, BOOTSTRAP)
    public = [*everybody, _group(UNAUTHENTICATED)]
    _bind(store, "system:public-info-viewer", "system:public-info-viewer", public, BOOTSTRAP)
    _bind(store, "cloudops-bot", "cloudops-bot", [account])
    _bind(store, "cloudops-bot-view", "view", [account])
    _bind(store, "cloudops-bot-diagnosis", "cloudops-diagnosis", [account])
    _bind(store, "viewers", "view", [{"kind": "User", "apiGroup": RBAC, "name": VIEWER}])
    _bind(store, "chatops-view", "view", list(chat.values()))
    _bind(store, "chatops-diagnosis", "cloudops-diagnosis", list(chat.values()))
    _bind(store, "chatops-operators", "cloudops-operator", active)
    _bind(store, "chatops-admins", "edit", [chat["admin"]])


def _group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def _bind(
    store: "Store", name: str, role: str, subjects: list[dict[str, str]], labels: dict[str, str] | None = None
) -> None:
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    _ensure(store, BINDINGS, _named(name, labels or {}) | {"subjects": subjects, "roleRef": reference})

"""What a control plane does by itself as soon as objects change, and what other objects then depend on.

Namespaces get their account and certificate, and are emptied when they go; roles aggregate; definitions are
served; quotas are counted; claims wait for their pods.
"""

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import definitions
from sandbox.cluster.access.aggregation import aggregate
from sandbox.cluster.admission import quotas, usage
from sandbox.cluster.metadata import Obj, copied, name_of, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.termination import empty

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

MANAGER: Final = "kube-controller-manager"
NAMESPACES: Final = "v1/namespaces"
CLAIMS: Final = "v1/persistentvolumeclaims"
PROTECTION: Final = ("kubernetes.io/pvc-protection", "kubernetes.io/pv-protection")
ROOT_CA: Final = "kube-root-ca.crt"
DESCRIPTION: Final = {
    "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using "
    "internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed "
    "across distributions of Kubernetes clusters."
}
Change = tuple[Resource, str, Obj]


class Housekeeping:
    """Told of every change; acts when the write that made it is complete."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._waiting: deque[Change] = deque()
        self._busy = False

    def seen(self, kind: Resource, change: str, obj: Obj) -> None:
        self._waiting.append((kind, change, obj))

    def settle(self) -> None:
        """Works until nothing is left to do; its own writes are among what it sees."""
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                self._act(*self._waiting.popleft())
        finally:
            self._busy = False

    def _act(self, kind: Resource, change: str, obj: Obj) -> None:
        match kind.kept:
            case "v1/namespaces":
                self._namespace(change, obj)
            case "v1/serviceaccounts" | "v1/configmaps" if change == "DELETED":
                self._furnish(namespace_of(obj))
            case "rbac.authorization.k8s.io/v1/clusterroles":
                aggregate(self._store)
            case "apiextensions.k8s.io/v1/customresourcedefinitions":
                definitions.seen(self._store, change, obj)
            case "v1/persistentvolumeclaims" | "v1/persistentvolumes":
                self._protected(kind, change, obj)
            case "v1/pods" if change == "DELETED":
                for kept in self._store.view(CLAIMS, namespace_of(obj)):
                    self._protected(self._store.resource(CLAIMS), "MODIFIED", kept.obj)
            case "v1/resourcequotas" if change != "DELETED":
                self._count(obj)
            case _:
                pass
        if not (kind.kept == "v1/pods" and change == "MODIFIED" and _lives_on(obj)):
            self._count_again(kind, obj)
        if change != "ADDED" and kind.namespaced:
            self._emptied(namespace_of(obj))

    def _namespace(self, change: str, obj: Obj) -> None:
        if change == "ADDED":
            self._furnish(name_of(obj))
        elif change == "MODIFIED" and obj["metadata"].get("deletionTimestamp"):
            empty(self._store, obj)

    def _furnish(self, namespace: str) -> None:
        """The default account and the root certificate of a namespace."""
        kept = self._store.kept(NAMESPACES, None, namespace)
        if kept is None or kept.obj["metadata"].get("deletionTimestamp"):
            return
        if self._store.kept("v1/serviceaccounts", namespace, "default") is None:
            account = {"metadata": {"name": "default", "namespace": namespace}}
            self._store.create("v1/serviceaccounts", account, manager=MANAGER)
        if self._store.kept("v1/configmaps", namespace, ROOT_CA) is None:
            metadata: dict[str, Any] = {"name": ROOT_CA, "namespace": namespace, "annotations": DESCRIPTION}
            data = {"ca.crt": self._store.root_certificate}
            self._store.create("v1/configmaps", {"metadata": metadata, "data": data}, manager=MANAGER)

    def _emptied(self, namespace: str) -> None:
        kept = self._store.kept(NAMESPACES, None, namespace)
        if kept is not None and kept.obj["metadata"].get("deletionTimestamp"):
            empty(self._store, kept.obj)

    def _count_again(self, kind: Resource, obj: Obj) -> None:
        if kind.kept != quotas.QUOTAS and usage.measured(kind):
            for kept in self._store.view(quotas.QUOTAS, namespace_of(obj)):
                self._count(kept.obj)

    def _count(self, quota: Obj) -> None:
        kept = self._store.kept(quotas.QUOTAS, namespace_of(quota), name_of(quota))
        if kept is None:
            return
        status = quotas.status(self._store, kept.obj)
        if status != kept.obj.get("status"):
            where = (quotas.QUOTAS, namespace_of(quota), name_of(quota))
            self._store.patch_status(*where, status, manager=MANAGER)

    def _protected(self, kind: Resource, change: str, obj: Obj) -> None:
        """A volume or claim that nobody uses any more may go."""
        kept = self._store.kept(kind.key, namespace_of(obj), name_of(obj))
        if change == "DELETED" or kept is None or not kept.obj["metadata"].get("deletionTimestamp"):
            return
        finalizers = kept.obj["metadata"].get("finalizers") or []
        left = [item for item in finalizers if item not in PROTECTION]
        if len(left) == len(finalizers) or self._used(kind, kept.obj):
            return
        new = copied(kept.obj)
        new["metadata"]["finalizers"] = left
        self._store.replace(kind.key, new, manager=MANAGER)

    def _used(self, kind: Resource, obj: Obj) -> bool:
        if kind.kind == "PersistentVolume":
            return (obj.get("status") or {}).get("phase") == "Bound"
        for kept in self._store.view("v1/pods", namespace_of(obj)):
            if (kept.obj.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
                continue
            volumes = kept.obj["spec"].get("volumes") or []
            if any((v.get("persistentVolumeClaim") or {}).get("claimName") == name_of(obj) for v in volumes):
                return True
        return False


def _lives_on(pod: Obj) -> bool:
    """A running pod's status changes often, and never what it counts for."""
    return (pod.get("status") or {}).get("phase") in ("Pending", "Running")

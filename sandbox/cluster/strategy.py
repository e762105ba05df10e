"""What happens to an object on its way into the store: defaults, validation, admission."""

from typing import TYPE_CHECKING, Any

from sandbox.cluster import admission, defaults, validation
from sandbox.cluster.metadata import Obj, same_desire
from sandbox.cluster.resources import Resource
from sandbox.cluster.validation.pods import check_quantities
from sandbox.cluster.write import Write

if TYPE_CHECKING:
    from sandbox.cluster.store import Store


RESET = frozenset(  # a status that comes with a create is not taken
    (
        "Pod",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "PersistentVolumeClaim",
        "Service",
        "Ingress",
        "Namespace",
        "ResourceQuota",
    )
)
PROTECTED = {
    "v1/persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "v1/persistentvolumes": "kubernetes.io/pv-protection",
}


class Strategy:
    def __init__(self, store: "Store") -> None:
        self._store = store

    def create(self, kind: Resource, new: Obj, write: Write) -> None:
        """Completes `new` in place, or raises."""
        if not write.trusted and kind.kind in RESET:
            new.pop("status", None)
        if kind.kept in PROTECTED:
            finalizers = new["metadata"].get("finalizers") or []
            if PROTECTED[kind.kept] not in finalizers:
                new["metadata"]["finalizers"] = [*finalizers, PROTECTED[kind.kept]]
        self._prepare(kind, new)
        admission.mutate(self._store, kind, new, write)
        validation.check(kind, new, None, fixed=False)
        admission.admit(self._store, kind, new, None, write)

    def update(self, kind: Resource, new: Obj, old: Obj, write: Write) -> None:
        """Completes `new` in place, or raises."""
        if write.subresource in ("status", "finalize"):
            return
        if same_desire(new, old) and new["metadata"].get("labels") == old["metadata"].get("labels"):
            return
        self._prepare(kind, new)
        validation.check(kind, new, old, fixed=not write.trusted)
        admission.admit(self._store, kind, new, old, write)

    def _prepare(self, kind: Resource, new: Obj) -> None:
        for spec in _pod_specs(kind, new):
            check_quantities(kind.kind, spec)
        defaults.fill(kind, new)


def _pod_specs(kind: Resource, obj: Obj) -> list[dict[str, Any]]:
    """The pod specs inside an object that has any."""
    spec = obj.get("spec") or {}
    if kind.key == "v1/pods":
        return [spec]
    if kind.kind == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") if kind.group in ("apps", "batch") or kind.kind == "CronJob" else None
    return [template.get("spec") or {}] if isinstance(template, dict) else []

"""The service account of a pod, and the token volume that comes with it."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, copied, name_of, namespace_of, random_suffix
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

MOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"


def default(store: "Store", kind: Resource, pod: Obj) -> None:
    spec, where = pod["spec"], namespace_of(pod)
    if "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {}):
        return
    named = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = named
    account = store.kept("v1/serviceaccounts", where, named)
    if account is None:
        if store.kept("v1/namespaces", None, where) is None:
            return
        why = f'error looking up service account {where}/{named}: serviceaccount "{named}" not found'
        raise errors.forbidden(kind, name_of(pod), why)
    if spec.get("automountServiceAccountToken", account.obj.get("automountServiceAccountToken", True)):
        _mount(store, spec)
    if not spec.get("imagePullSecrets") and account.obj.get("imagePullSecrets"):
        spec["imagePullSecrets"] = copied(account.obj["imagePullSecrets"])


def _mount(store: "Store", spec: Obj) -> None:
    containers = [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]
    bare = [c for c in containers if all(m.get("mountPath") != MOUNT for m in c.get("volumeMounts") or [])]
    if not bare:
        return
    name = f"kube-api-access-{random_suffix(store.rng)}"
    for container in bare:
        mount = {"name": name, "readOnly": True, "mountPath": MOUNT}
        container["volumeMounts"] = [*(container.get("volumeMounts") or []), mount]
    spec["volumes"] = [*(spec.get("volumes") or []), {"name": name, "projected": _projected()}]


def _projected() -> Obj:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    sources: list[dict[str, Any]] = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [namespace]}},
        {
            "configMap": {
                "name": "openshift-service-ca.crt",
                "items": [{"key": "service-ca.crt", "path": "service-ca.crt"}],
            }
        },
    ]
    return {"sources": sources, "defaultMode": 0o644}

"""Pod Security: the namespace's label against what a pod asks for."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.admission.podchecks import violations
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.write import Write

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

PREFIX: Final = "pod-security.kubernetes.io/"
TEMPLATES: Final = frozenset(
    (
        "apps/v1/deployments",
        "apps/v1/replicasets",
        "apps/v1/statefulsets",
        "apps/v1/daemonsets",
        "batch/v1/jobs",
        "batch/v1/cronjobs",
        "v1/replicationcontrollers",
    )
)


def check(store: "Store", kind: Resource, new: Obj, write: Write, *, creating: bool) -> None:
    """A pod is refused; a workload whose pods will be refused is warned about."""
    if kind.key != "v1/pods" and kind.key not in TEMPLATES:
        return
    kept = store.kept("v1/namespaces", None, namespace_of(new))
    labels = (kept.obj["metadata"].get("labels") or {}) if kept else {}
    enforce = labels.get(f"{PREFIX}enforce", "privileged")
    warn = labels.get(f"{PREFIX}warn", enforce)
    if kind.key == "v1/pods":
        found = violations(enforce, new["spec"]) if creating else []
        if found:
            words = f'violates PodSecurity "{enforce}:{_version(labels, "enforce")}": {", ".join(found)}'
            raise errors.forbidden(kind, name_of(new), words)
    template = _template(kind, new)
    found = violations(warn, template) if template else []
    if found:
        version = _version(labels, "warn")
        write.warnings.append(f'would violate PodSecurity "{warn}:{version}": {", ".join(found)}')


def _version(labels: dict[str, str], mode: str) -> str:
    return labels.get(f"{PREFIX}{mode}-version", "latest")


def _template(kind: Resource, obj: Obj) -> dict[str, Any]:
    if kind.key == "v1/pods":
        found: dict[str, Any] = obj["spec"]
        return found
    spec = obj["spec"]["jobTemplate"]["spec"] if kind.kind == "CronJob" else obj["spec"]
    return (spec.get("template") or {}).get("spec") or {}

"""What an update may not change."""

from typing import Final

from sandbox.cluster.errors import Cause, cause
from sandbox.cluster.metadata import Obj, copied
from sandbox.cluster.resources import Resource
from sandbox.cluster.validation.workloads import compact

STATEFUL_FREE: Final = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
STATEFUL_WORDS: Final = (
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
    "forbidden"
)
POD_WORDS: Final = (
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`, "
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
    "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def changes(kind: Resource, new: Obj, old: Obj) -> list[Cause]:
    match kind.kept:
        case "v1/pods":
            return [] if _pod(new["spec"]) == _pod(old["spec"]) else [cause("spec", POD_WORDS)]
        case "apps/v1/deployments" | "apps/v1/replicasets" | "apps/v1/daemonsets":
            return _same("selector", new, old)
        case "apps/v1/statefulsets":
            fixed = [{k: v for k, v in item["spec"].items() if k not in STATEFUL_FREE} for item in (new, old)]
            return [] if fixed[0] == fixed[1] else [cause("spec", STATEFUL_WORDS)]
        case "batch/v1/jobs":
            return [
                item
                for field in ("selector", "template", "completionMode")
                for item in _same(field, new, old)
            ]
        case "rbac.authorization.k8s.io/v1/rolebindings" | "rbac.authorization.k8s.io/v1/clusterrolebindings":
            return _role_reference(new, old)
        case "v1/services":
            return _cluster_ip(new, old)
        case "v1/configmaps" | "v1/secrets" if old.get("immutable"):
            fixed = [
                {k: v for k, v in item.items() if k in ("data", "binaryData", "immutable")}
                for item in (new, old)
            ]
            words = "Forbidden: field is immutable when `immutable` is set"
            return [] if fixed[0] == fixed[1] else [cause("data", words)]
        case _:
            return []


def _same(field: str, new: Obj, old: Obj) -> list[Cause]:
    value = new["spec"].get(field)
    if value == old["spec"].get(field):
        return []
    return [cause(f"spec.{field}", f"Invalid value: {compact(value)}: field is immutable")]


def _pod(spec: Obj) -> Obj:
    """A pod's spec without what may change."""
    fixed = copied(spec)
    for key in ("activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"):
        fixed.pop(key, None)
    for which in ("containers", "initContainers"):
        for container in fixed.get(which) or []:
            container.pop("image", None)
    return fixed


def _role_reference(new: Obj, old: Obj) -> list[Cause]:
    if new.get("roleRef") == old.get("roleRef"):
        return []
    return [cause("roleRef", f"Invalid value: {compact(new.get('roleRef'))}: cannot change roleRef")]


def _cluster_ip(new: Obj, old: Obj) -> list[Cause]:
    before, now = old["spec"].get("clusterIP"), new["spec"].get("clusterIP")
    if before == now or not before or new["spec"].get("type") == "ExternalName":
        return []
    return [cause("spec.clusterIPs[0]", f'Invalid value: ["{now}"]: may not change once set')]

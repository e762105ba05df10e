"""What a server refuses as invalid: 422 with every cause."""

from collections.abc import Callable
from typing import Final

from sandbox.cluster import errors
from sandbox.cluster.errors import Cause
from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.validation import others, workloads
from sandbox.cluster.validation.immutable import changes
from sandbox.cluster.validation.names import label_causes, name_causes
from sandbox.cluster.validation.pods import pod_causes

Check = Callable[[Obj], list[Cause]]
CHECKS: Final[dict[str, Check]] = {
    "v1/pods": pod_causes,
    "v1/services": others.service,
    "v1/persistentvolumeclaims": others.claim,
    "apps/v1/deployments": workloads.deployment,
    "apps/v1/replicasets": workloads.replica_set,
    "apps/v1/statefulsets": workloads.stateful_set,
    "apps/v1/daemonsets": workloads.daemon_set,
    "batch/v1/jobs": workloads.job,
    "batch/v1/cronjobs": workloads.cron_job,
    "autoscaling/v2/horizontalpodautoscalers": others.autoscaler,
    "policy/v1/poddisruptionbudgets": others.budget,
    "rbac.authorization.k8s.io/v1/rolebindings": others.binding,
    "rbac.authorization.k8s.io/v1/clusterrolebindings": others.binding,
    "rbac.authorization.k8s.io/v1/roles": others.role,
    "rbac.authorization.k8s.io/v1/clusterroles": others.role,
    "networking.k8s.io/v1/ingresses": others.ingress,
}


def check(kind: Resource, new: Obj, old: Obj | None, *, fixed: bool) -> None:
    """Raises 422 when anything is wrong with `new`, or, where `fixed`, with its change from `old`."""
    labels = new["metadata"].get("labels")
    causes = name_causes(kind, new) if old is None else label_causes("metadata.labels", labels)
    checker = CHECKS.get(kind.kept)
    if checker is not None:
        causes += checker(new)
    if old is not None and fixed:
        causes += changes(kind, new, old)
    if causes:
        raise errors.invalid(kind, name_of(new), causes)

"""The fields that a server fills in, per kind. `fill(kind, obj)` changes the object in place."""

from collections.abc import Callable
from typing import Final

from sandbox.cluster.defaults import events, networking, policies, storage, workloads
from sandbox.cluster.defaults.pods import pod_spec
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

Fill = Callable[[Obj], None]


def _pod(obj: Obj) -> None:
    spec = obj.setdefault("spec", {})
    pod_spec(spec)
    spec.setdefault("enableServiceLinks", True)
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        limits = container["resources"].get("limits") or {}
        requests = container["resources"].get("requests") or {}
        if limits:
            container["resources"]["requests"] = {**limits, **requests}


FILLS: Final[dict[str, Fill]] = {
    "v1/pods": _pod,
    "v1/events": events.event,
    "v1/replicationcontrollers": workloads.replication_controller,
    "v1/services": networking.service,
    "v1/endpoints": networking.endpoints,
    "v1/namespaces": policies.namespace,
    "v1/secrets": policies.secret,
    "v1/limitranges": policies.limit_range,
    "v1/persistentvolumeclaims": storage.claim,
    "v1/persistentvolumes": storage.volume,
    "apps/v1/deployments": workloads.deployment,
    "apps/v1/replicasets": workloads.replica_set,
    "apps/v1/statefulsets": workloads.stateful_set,
    "apps/v1/daemonsets": workloads.daemon_set,
    "batch/v1/jobs": workloads.job,
    "batch/v1/cronjobs": workloads.cron_job,
    "autoscaling/v2/horizontalpodautoscalers": workloads.autoscaler,
    "networking.k8s.io/v1/ingresses": networking.ingress,
    "networking.k8s.io/v1/networkpolicies": networking.network_policy,
    "discovery.k8s.io/v1/endpointslices": networking.endpoint_slice,
    "storage.k8s.io/v1/storageclasses": storage.storage_class,
    "scheduling.k8s.io/v1/priorityclasses": policies.priority_class,
    "rbac.authorization.k8s.io/v1/rolebindings": policies.binding,
    "rbac.authorization.k8s.io/v1/clusterrolebindings": policies.binding,
    "admissionregistration.k8s.io/v1/validatingwebhookconfigurations": policies.validating_webhooks,
    "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": policies.mutating_webhooks,
    "apiextensions.k8s.io/v1/customresourcedefinitions": policies.definition,
}


def fill(kind: Resource, obj: Obj) -> None:
    filler = FILLS.get(kind.kept)
    if filler is not None:
        filler(obj)

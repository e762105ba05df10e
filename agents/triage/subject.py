"""What an alert is about, read from its labels alone: the same thing by whichever label it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.triage.alert import Alert

_SERVICE = (
    "service", "service_name", "app_kubernetes_io_name", "app.kubernetes.io/name", "app", "application", "svc",
    "destination_service_name", "destination_service", "component", "monitor_name",
)  # fmt: skip
_WORKLOAD = (
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "job_name",
    "cronjob",
    "horizontalpodautoscaler",
)
_POD = ("pod", "pod_name", "kubernetes_pod_name")
_NODE = ("node", "nodename", "node_name", "host", "hostname", "host_name", "kubernetes_node", "server")
_CLUSTER = ("cluster", "cluster_name", "k8s_cluster", "kube_cluster")
_NAMESPACE = ("namespace", "kubernetes_namespace", "kube_namespace", "exported_namespace", "k8s_namespace")
_STAGE = ("environment", "env", "stage", "tier_env", "deployment_environment")
_RESOURCE = ("resourceid", "resource_id", "dbinstanceidentifier", "instance_id", "instanceid", "volume_id", "persistentvolumeclaim", "lbname", "loadbalancername", "queue", "topic", "bucket")  # fmt: skip
_RESOURCE_NAME = ("resourcedisplayname", "resourcename", "resource_name", "resource")
_EXPORTERS = re.compile(
    r"exporter|kube-state-metrics|kubelet|prometheus|cadvisor|blackbox|metrics|alertmanager|node$"
)
_OF_REPLICASET = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$")
_OF_SET = re.compile(r"-(?:\d{1,4}|[bcdfghjklmnpqrstvwxz2456789]{5})$")
_PORT = re.compile(r":\d{1,5}$")
_PRODUCTION = {"production": "prod", "prd": "prod", "live": "prod", "staging": "stg", "stage": "stg", "stag": "stg", "development": "dev"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """Empty: the alert does not say. Everything is in lower case; `service` may be one only labels know of."""

    service: str = ""
    workload: str = ""
    namespace: str = ""
    cluster: str = ""
    node: str = ""
    resource: str = ""
    resource_name: str = ""
    stage: str = ""
    region: str = ""

    @property
    def names(self) -> frozenset[str]:
        """All by which a service map may know it."""
        return frozenset(filter(None, (self.service, self.workload, self.resource, self.resource_name)))

    def elsewhere(self, other: Subject) -> bool:
        """Both say where they are, and it is not the same place."""
        pairs = ((self.cluster, other.cluster), (self.stage, other.stage), (self.region, other.region))
        return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def subject_of(alert: Alert) -> Subject:
    labels = alert.labels
    oracle = alert.source == "oci"  # there, `namespace` is the metrics' own
    pod = _first(labels, _POD)
    return Subject(
        service=_service(labels),
        workload=_first(labels, _WORKLOAD) or workload_of(pod),
        namespace="" if oracle else _first(labels, _NAMESPACE),
        cluster=_first(labels, _CLUSTER),
        node=_node(labels),
        resource=_first(labels, _RESOURCE) or _probed_host(labels),
        resource_name=_first(labels, _RESOURCE_NAME),
        stage=_stage(labels),
        region=_first(labels, ("region", "aws_region", "oci_region")),
    )


def workload_of(pod: str) -> str:
    """`checkout-7c9d8b6f5-x2x4z` is a pod of `checkout`; `db-0` one of `db`."""
    for form in (_OF_REPLICASET, _OF_SET):
        if form.search(pod):
            return form.sub("", pod)
    return pod


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name].lower() for name in names if labels.get(name)), "")


def _service(labels: Mapping[str, str]) -> str:
    """`job` last: it often names who measured, not what was measured, and of an address always."""
    if found := _first(labels, _SERVICE):
        return _PORT.sub("", found).split(".", 1)[0] if "." in found else found
    job = labels.get("job", "").lower().rpartition("/")[2]
    return "" if not job or _EXPORTERS.search(job) or probed(labels) else job


def _node(labels: Mapping[str, str]) -> str:
    """An `instance` is a machine where nothing says that it is a pod's address."""
    if found := _first(labels, _NODE):
        return found
    instance = labels.get("instance", "").lower()
    return _PORT.sub("", instance) if instance and not _first(labels, _POD) and "/" not in instance else ""


def probed(labels: Mapping[str, str]) -> str:
    """The address that was looked at from outside, where `instance` is one: not who measured, but what is wrong."""
    instance = labels.get("instance", "").lower()
    return instance if "/" in instance and not _first(labels, _POD) else ""


def _probed_host(labels: Mapping[str, str]) -> str:
    return probed(labels).partition("://")[2].partition("/")[0] or probed(labels).partition("/")[0]


def _stage(labels: Mapping[str, str]) -> str:
    word = _first(labels, _STAGE)
    return _PRODUCTION.get(word, word)

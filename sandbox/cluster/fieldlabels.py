"""The fields by which each kind can be selected; everything else is refused."""

from collections.abc import Callable
from typing import Any, Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

Values = Callable[[Obj], list[str]]

PODS: Final = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
)
EVENTS: Final = (
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
)
FIELDS: Final = {
    "pods": PODS,
    "events": EVENTS,
    "nodes": ("spec.unschedulable",),
    "secrets": ("type",),
    "namespaces": ("status.phase",),
    "services": ("spec.clusterIP", "spec.type"),
    "replicationcontrollers": ("status.replicas",),
    "jobs": ("status.successful",),
    "certificatesigningrequests": ("spec.signerName",),
}
CORE_STYLE: Final = frozenset(
    {"pods", "events", "nodes", "secrets", "namespaces", "services", "replicationcontrollers"}
)


def field_values(kind: Resource, field: str) -> Values:
    """Reads the values that the field has in an object; raises 400 for a field that cannot be selected by."""
    if field in ("metadata.name", "metadata.namespace"):
        return _reader(field)
    if kind.plural == "events" and kind.group == "events.k8s.io":
        field = field.replace("regarding.", "involvedObject.", 1)
    if field not in FIELDS.get(kind.plural, ()):
        raise errors.bad_request(_refusal(kind, field))
    return _source if field == "source" else _reader(field)


def _refusal(kind: Resource, field: str) -> str:
    if kind.plural in CORE_STYLE and not kind.group:
        return f"field label not supported: {field}"
    if kind.plural == "jobs":
        return f'field label "{field}" not supported for Job'
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def _reader(field: str) -> Values:
    steps = field.split(".")

    def read(obj: Obj) -> list[str]:
        value: Any = obj
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        return _texts(value, field)

    return read


def _texts(value: Any, field: str) -> list[str]:
    if isinstance(value, list):
        return [str(item.get("ip", "")) for item in value]
    if isinstance(value, bool) or field in ("spec.unschedulable", "spec.hostNetwork"):
        return ["true" if value else "false"]
    return [str(value)] if value is not None else ["0" if field.startswith("status.succ") else ""]


def _source(obj: Obj) -> list[str]:
    return [str((obj.get("source") or {}).get("component") or obj.get("reportingComponent") or "")]

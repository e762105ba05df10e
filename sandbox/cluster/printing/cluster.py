"""Nodes, namespaces, events and the things that rule others, as tables."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj, epoch, name_of
from sandbox.cluster.printing.columns import NONE, UNKNOWN, Printer, age, ago, columns

ROLE: Final = "node-role.kubernetes.io/"


def _node(obj: Obj, now: float) -> list[Any]:
    status = obj.get("status") or {}
    info = status.get("nodeInfo") or {}
    head = [name_of(obj), _node_word(obj, status), _roles(obj), age(obj, now), info.get("kubeletVersion", "")]
    addresses = [_address(status, kind) for kind in ("InternalIP", "ExternalIP")]
    about = [info.get(key) or UNKNOWN for key in ("osImage", "kernelVersion", "containerRuntimeVersion")]
    return [*head, *addresses, *about]


def _node_word(obj: Obj, status: Obj) -> str:
    ready = next((c for c in status.get("conditions") or [] if c["type"] == "Ready"), None)
    word = "Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"
    return f"{word},SchedulingDisabled" if (obj.get("spec") or {}).get("unschedulable") else word


def _roles(obj: Obj) -> str:
    labels = obj["metadata"].get("labels") or {}
    return ",".join(sorted(key.removeprefix(ROLE) for key in labels if key.startswith(ROLE))) or NONE


def _address(status: Obj, kind: str) -> str:
    found = (item["address"] for item in status.get("addresses") or [] if item["type"] == kind)
    return next(found, NONE)


def _namespace(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), (obj.get("status") or {}).get("phase", ""), age(obj, now)]


def _event(obj: Obj, now: float) -> list[Any]:
    about, series = obj.get("involvedObject") or {}, obj.get("series") or {}
    first = obj.get("firstTimestamp") or obj.get("eventTime")
    last = series.get("lastObservedTime") or obj.get("lastTimestamp") or first
    count = series.get("count") or obj.get("count") or 1
    head = [ago(last, now), obj.get("type", ""), obj.get("reason", "")]
    target = f"{about.get('kind', '').lower()}/{about.get('name', '')}"
    tail = [str(obj.get("message", "")).strip(), ago(first, now), count, name_of(obj)]
    return [*head, target, about.get("fieldPath", ""), _source(obj), *tail]


def _source(obj: Obj) -> str:
    source = obj.get("source") or {}
    component = source.get("component") or obj.get("reportingComponent", "")
    host = source.get("host") or obj.get("reportingInstance", "")
    return f"{component}, {host}" if host else component


def _data(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), len(obj.get("data") or {}) + len(obj.get("binaryData") or {}), age(obj, now)]


def _secret(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), obj.get("type", ""), len(obj.get("data") or {}), age(obj, now)]


def _account(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), str(len(obj.get("secrets") or [])), age(obj, now)]


def _quota(obj: Obj, now: float) -> list[Any]:
    status = obj.get("status") or {}
    hard, used = status.get("hard") or {}, status.get("used") or {}
    shown = {name: f"{name}: {used.get(name, 0)}/{hard[name]}" for name in sorted(hard)}
    limits = [text for name, text in shown.items() if name.startswith("limits.")]
    others = [text for name, text in shown.items() if not name.startswith("limits.")]
    return [name_of(obj), ", ".join(others), ", ".join(limits), age(obj, now)]


def _dated(obj: Obj, _: float) -> list[Any]:
    return [name_of(obj), obj["metadata"].get("creationTimestamp", "")]


def _binding(obj: Obj, now: float) -> list[Any]:
    reference = obj["roleRef"]
    subjects: dict[str, list[str]] = {"User": [], "Group": [], "ServiceAccount": []}
    for item in obj.get("subjects") or []:
        where = f"{item['namespace']}/" if item.get("namespace") else ""
        subjects[item["kind"]].append(f"{where}{item['name']}")
    listed = [", ".join(names) for names in subjects.values()]
    return [name_of(obj), f"{reference['kind']}/{reference['name']}", age(obj, now), *listed]


def _lease(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), (obj.get("spec") or {}).get("holderIdentity", ""), age(obj, now)]


def _webhooks(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), len(obj.get("webhooks") or []), age(obj, now)]


def _priority(obj: Obj, now: float) -> list[Any]:
    default = "true" if obj.get("globalDefault") else "false"
    policy = obj.get("preemptionPolicy", "PreemptLowerPriority")
    return [name_of(obj), obj.get("value", 0), default, age(obj, now), policy]


def _measured(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), _usage(obj, "cpu"), _usage(obj, "memory"), ago(_when(obj, now), now)]


def _usage(obj: Obj, resource: str) -> str:
    parts = [obj["usage"]] if "usage" in obj else [c["usage"] for c in obj.get("containers") or []]
    return "+".join(str(part.get(resource, "0")) for part in parts)


def _when(obj: Obj, now: float) -> str | None:
    text: str | None = obj.get("timestamp")
    return text if text and epoch(text) <= now else None


RBAC: Final = "rbac.authorization.k8s.io/v1"
_BINDING: Final = Printer(columns("Name", "Role", "Age", "+Users", "+Groups", "+ServiceAccounts"), _binding)
_DATED: Final = Printer(columns("Name", "Created At"), _dated)
_HOOKS: Final = Printer(columns("Name", "Webhooks", "Age"), _webhooks)
_NODE_WIDE: Final = ("+Internal-IP", "+External-IP", "+OS-Image", "+Kernel-Version", "+Container-Runtime")
_EVENT: Final = ("Object", "+Subobject", "+Source", "Message", "+First Seen", "+Count", "+Name")
PRINTERS: Final[dict[str, Printer]] = {
    "v1/nodes": Printer(columns("Name", "Status", "Roles", "Age", "Version", *_NODE_WIDE), _node),
    "v1/namespaces": Printer(columns("Name", "Status", "Age"), _namespace),
    "v1/events": Printer(columns("Last Seen", "Type", "Reason", *_EVENT), _event),
    "v1/configmaps": Printer(columns("Name", "Data", "Age"), _data),
    "v1/secrets": Printer(columns("Name", "Type", "Data", "Age"), _secret),
    "v1/serviceaccounts": Printer(columns("Name", "Secrets", "Age"), _account),
    "v1/resourcequotas": Printer(columns("Name", "Request", "Limit", "Age"), _quota),
    "v1/limitranges": _DATED,
    f"{RBAC}/roles": _DATED,
    f"{RBAC}/clusterroles": _DATED,
    f"{RBAC}/rolebindings": _BINDING,
    f"{RBAC}/clusterrolebindings": _BINDING,
    "coordination.k8s.io/v1/leases": Printer(columns("Name", "Holder", "Age"), _lease),
    "admissionregistration.k8s.io/v1/validatingwebhookconfigurations": _HOOKS,
    "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": _HOOKS,
    "apiextensions.k8s.io/v1/customresourcedefinitions": _DATED,
    "scheduling.k8s.io/v1/priorityclasses": Printer(
        columns("Name", "Value", "Global-Default", "Age", "PreemptionPolicy"), _priority
    ),
    "metrics.k8s.io/v1beta1/pods": Printer(columns("Name", "Cpu", "Memory", "Window"), _measured),
    "metrics.k8s.io/v1beta1/nodes": Printer(columns("Name", "Cpu", "Memory", "Window"), _measured),
}

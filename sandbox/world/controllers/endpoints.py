"""Where a Service leads: EndpointSlices and the older Endpoints, from the pods that it selects."""

from typing import Any, Final

from sandbox.world.clock import stamp
from sandbox.world.context import Context
from sandbox.world.names import suffix
from sandbox.world.objects import (
    Obj,
    containers,
    deleting,
    labels,
    name,
    namespace,
    owner_reference,
    pod_finished,
    pod_ready,
    selects_plainly,
    spec,
    status,
    uid,
)

SERVICES: Final = "v1/services"
ENDPOINTS: Final = "v1/endpoints"
SLICES: Final = "discovery.k8s.io/v1/endpointslices"
PODS: Final = "v1/pods"
NODES: Final = "v1/nodes"
ZONE: Final = "topology.kubernetes.io/zone"
TRIGGER: Final = "endpoints.kubernetes.io/last-change-trigger-time"
_OURS: Final = "endpoints.kubernetes.io/managed-by"


def reconcile(ctx: Context) -> None:
    zones = {name(node): labels(node).get(ZONE) for node in ctx.access.list(NODES)}
    services = [s for s in ctx.access.list(SERVICES) if spec(s).get("selector") and not deleting(s)]
    for service in services:
        pods = [
            pod
            for pod in ctx.access.list(PODS, namespace(service))
            if selects_plainly(spec(service)["selector"], labels(pod))
            and status(pod).get("podIP")
            and not pod_finished(pod)
        ]
        _slice(ctx, service, pods, zones)
        _endpoints(ctx, service, [pod for pod in pods if not deleting(pod)])
    known = {(namespace(s), name(s)) for s in services}
    for entry in ctx.access.list(ENDPOINTS):
        if _OURS in labels(entry) and (namespace(entry), name(entry)) not in known:
            ctx.access.remove(ENDPOINTS, entry)


def _port(service_port: Obj, pod: Obj) -> int | None:
    """The number that the port leads to in this pod; None when the pod has no port of that name."""
    target: int | str = service_port.get("targetPort") or service_port["port"]
    if isinstance(target, int) or str(target).isdigit():
        return int(target)
    named = [p for c in containers(pod) for p in c.get("ports") or [] if p.get("name") == target]
    return named[0]["containerPort"] if named else None


def _ports(service: Obj, pods: list[Obj]) -> list[Obj]:
    found = []
    for port in spec(service).get("ports") or []:
        numbers = [n for pod in pods if (n := _port(port, pod)) is not None]
        if numbers:
            entry = {
                "name": port.get("name", ""),
                "protocol": port.get("protocol", "TCP"),
                "port": numbers[0],
            }
            found.append(entry)
    return found


def _reference(pod: Obj) -> Obj:
    return {"kind": "Pod", "namespace": namespace(pod), "name": name(pod), "uid": uid(pod)}


def _endpoint(pod: Obj, zones: dict[str, str | None], service: Obj) -> Obj:
    ends = deleting(pod)
    serving = pod_ready(pod)
    ready = (serving and not ends) or bool(spec(service).get("publishNotReadyAddresses"))
    node = spec(pod).get("nodeName", "")
    body: Obj = {
        "addresses": [status(pod)["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": ends},
        "targetRef": _reference(pod),
        "nodeName": node,
    }
    return body | ({"zone": zones[node]} if zones.get(node) else {})


def _slice(ctx: Context, service: Obj, pods: list[Obj], zones: dict[str, str | None]) -> None:
    wanted: dict[str, Any] = {
        "endpoints": [_endpoint(pod, zones, service) for pod in pods] or None,
        "ports": _ports(service, pods) or None,
    }
    mine = ctx.access.owned(SLICES, service)
    if mine:
        if any(mine[0].get(key) != value for key, value in wanted.items()):
            ctx.access.update(SLICES, mine[0] | wanted)
        return
    metadata = {
        "name": f"{name(service)}-{suffix(ctx.rng)}",
        "generateName": f"{name(service)}-",
        "namespace": namespace(service),
        "labels": labels(service)
        | {
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "kubernetes.io/service-name": name(service),
        },
        "annotations": {TRIGGER: stamp(ctx.now)},
        "ownerReferences": [owner_reference(service, "v1", "Service")],
    }
    ctx.access.create(SLICES, {"metadata": metadata, "addressType": "IPv4", **wanted})


def _endpoints(ctx: Context, service: Obj, pods: list[Obj]) -> None:
    ports = [{k: v for k, v in port.items() if v != ""} for port in _ports(service, pods)]
    addresses: dict[str, list[Obj]] = {"addresses": [], "notReadyAddresses": []}
    for pod in pods:
        where = {"ip": status(pod)["podIP"], "nodeName": spec(pod).get("nodeName", "")}
        key = "addresses" if pod_ready(pod) else "notReadyAddresses"
        addresses[key].append(where | {"targetRef": _reference(pod)})
    subset: Obj = {key: found for key, found in addresses.items() if found} | {"ports": ports}
    wanted = {"subsets": [subset]} if pods and ports else {}
    old = ctx.access.get(ENDPOINTS, namespace(service), name(service))
    if old is None:
        metadata = {
            "name": name(service),
            "namespace": namespace(service),
            "labels": labels(service) | {_OURS: "endpoint-controller"},
            "annotations": {TRIGGER: stamp(ctx.now)},
        }
        ctx.access.create(ENDPOINTS, {"metadata": metadata, **wanted})
    elif _OURS in labels(old) and old.get("subsets") != wanted.get("subsets"):
        bare = {key: value for key, value in old.items() if key != "subsets"}
        ctx.access.update(ENDPOINTS, bare | wanted)

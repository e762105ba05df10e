"""What people install into clusters, as the installations define it: Gateway API, cert-manager's certificates, Chaos Mesh, Litmus;
and the APIServices by which a server says whether each of its groups is there.
"""

from typing import Final

from sandbox.cluster.metadata import Obj, stamp
from sandbox.cluster.store import Store

CRDS: Final = "apiextensions.k8s.io/v1/customresourcedefinitions"
APISERVICES: Final = "apiregistration.k8s.io/v1/apiservices"
_AGE: Final = ("Age", "date", ".metadata.creationTimestamp")
_READY: Final = '.status.conditions[?(@.type=="{}")].status'
_GATEWAY: Final = "gateway.networking.k8s.io/v1"
_MESH: Final = ("PodChaos", "NetworkChaos", "StressChaos", "IOChaos", "DNSChaos", "HTTPChaos", "TimeChaos", "JVMChaos", "KernelChaos", "BlockChaos")  # fmt: skip
# Installation -> (group and version, plural, kind, short names, scope, printer columns).
INSTALLATIONS: Final[dict[str, list[tuple[str, str, str, str, str, tuple[tuple[str, str, str], ...]]]]] = {
    "gateway-api": [
        (_GATEWAY, "gatewayclasses", "GatewayClass", "gc", "Cluster", (("Controller", "string", ".spec.controllerName"), ("Accepted", "string", _READY.format("Accepted")), _AGE)),
        (_GATEWAY, "gateways", "Gateway", "gtw", "Namespaced", (("Class", "string", ".spec.gatewayClassName"), ("Address", "string", ".status.addresses[*].value"), ("Programmed", "string", _READY.format("Programmed")), _AGE)),
        (_GATEWAY, "httproutes", "HTTPRoute", "", "Namespaced", (("Hostnames", "string", ".spec.hostnames"), _AGE)),
    ],
    "cert-manager": [
        ("cert-manager.io/v1", "certificates", "Certificate", "cert certs", "Namespaced", (("Ready", "string", _READY.format("Ready")), ("Secret", "string", ".spec.secretName"), _AGE)),
    ],
    "chaos-mesh": [("chaos-mesh.org/v1alpha1", kind.lower(), kind, "", "Namespaced", ()) for kind in _MESH],
    "litmus": [("litmuschaos.io/v1alpha1", "chaosengines", "ChaosEngine", "", "Namespaced", ())],
}  # fmt: skip


def install(store: Store, *names: str) -> None:
    """`gateway-api`, `cert-manager`, `chaos-mesh`, `litmus`: their kinds are served from now on."""
    for name in names:
        for group_version, plural, kind, short, scope, columns in INSTALLATIONS[name]:
            group, version = group_version.split("/")
            if store.kept(CRDS, None, f"{plural}.{group}") is None:
                named = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List", "shortNames": short.split()}  # fmt: skip
                store.create(CRDS, _definition(group, version, named, scope, columns))


def _definition(
    group: str, version: str, names: Obj, scope: str, columns: tuple[tuple[str, str, str], ...]
) -> Obj:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served: Obj = {
        "name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}, "subresources": {"status": {}},
        "additionalPrinterColumns": [{"name": name, "type": kind, "jsonPath": path} for name, kind, path in columns],
    }  # fmt: skip
    spec = {"group": group, "scope": scope, "names": names, "versions": [served]}
    return {"metadata": {"name": f"{names['plural']}.{group}"}, "spec": spec}


def register(store: Store) -> None:
    """An APIService for every group and version that is served; metrics.k8s.io is served by a Service, the others by the server itself."""
    for group, version in [
        one for one in store.kinds().group_versions() if one[0]
    ]:  # the core group cannot go away
        name = f"{version}.{group}"
        if store.kept(APISERVICES, None, name) is None:
            behind = {"service": {"namespace": "kube-system", "name": "metrics-server", "port": 443}} if group == "metrics.k8s.io" else {}  # fmt: skip
            spec = {"group": group, "version": version, "groupPriorityMinimum": 1000, "versionPriority": 100}
            store.create(APISERVICES, {"metadata": {"name": name}, "spec": spec | behind})
            available(store, name, *(("Passed", "all checks passed") if behind else ("Local", "Local APIServices are always available")))  # fmt: skip


def available(store: Store, name: str, reason: str, message: str, *, is_so: bool = True) -> None:
    """What the server found when it last asked: `ServiceNotFound`, `MissingEndpoints`, `FailedDiscoveryCheck`."""
    state = {"type": "Available", "status": str(is_so), "reason": reason, "message": message, "lastTransitionTime": stamp(store.clock.now())}  # fmt: skip
    store.patch_status(APISERVICES, None, name, {"conditions": [state]})

"""Admission webhooks: the sandbox calls none, but it knows when a call could not have worked."""

from typing import TYPE_CHECKING, Any, Final

from sandbox.cluster import errors
from sandbox.cluster.metadata import Obj, namespace_of
from sandbox.cluster.resources import Resource
from sandbox.cluster.selectors import matches

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

CONFIGURATIONS: Final = (
    "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
)
SLICES: Final = "discovery.k8s.io/v1/endpointslices"


def check(store: "Store", kind: Resource, new: Obj, *, creating: bool) -> None:
    if kind.group == "admissionregistration.k8s.io":
        return
    operation = "CREATE" if creating else "UPDATE"
    for configuration in CONFIGURATIONS:
        for kept in store.view(configuration):
            for hook in kept.obj.get("webhooks") or []:
                if hook.get("failurePolicy") == "Fail" and _applies(store, hook, kind, new, operation):
                    _reach(store, hook)


def _applies(store: "Store", hook: Obj, kind: Resource, new: Obj, operation: str) -> bool:
    if not any(_rule(rule, kind, operation) for rule in hook.get("rules") or []):
        return False
    labels = new["metadata"].get("labels") or {}
    if not matches(hook.get("objectSelector") or {}, labels):
        return False
    return matches(hook.get("namespaceSelector") or {}, _namespace_labels(store, kind, new))


def _namespace_labels(store: "Store", kind: Resource, new: Obj) -> dict[str, str]:
    if kind.kind == "Namespace":
        return new["metadata"].get("labels") or {}
    kept = store.kept("v1/namespaces", None, namespace_of(new))
    found: dict[str, str] = (kept.obj["metadata"].get("labels") or {}) if kept else {}
    return found


def _rule(rule: Obj, kind: Resource, operation: str) -> bool:
    pairs = ((operation, "operations"), (kind.group, "apiGroups"), (kind.plural, "resources"))
    return all(_listed(rule.get(key) or [], wanted) for wanted, key in pairs)


def _listed(have: list[str], wanted: str) -> bool:
    return wanted in have or "*" in have or "*/*" in have


def _reach(store: "Store", hook: Obj) -> None:
    """500 when the hook's service is not there or nobody stands behind it."""
    service: dict[str, Any] | None = (hook.get("clientConfig") or {}).get("service")
    if not service:
        return
    name, where = service["name"], service["namespace"]
    if store.kept("v1/services", where, name) is None:
        raise _failed(hook, service, f'service "{name}" not found')
    slices = [
        kept.obj
        for kept in store.view(SLICES, where)
        if (kept.obj["metadata"].get("labels") or {}).get("kubernetes.io/service-name") == name
    ]
    if not any(item.get("endpoints") for item in slices):
        raise _failed(hook, service, f'no endpoints available for service "{name}"')


def _failed(hook: Obj, service: dict[str, Any], why: str) -> errors.ApiError:
    address = f"https://{service['name']}.{service['namespace']}.svc:{service.get('port', 443)}"
    url = f"{address}{service.get('path', '')}?timeout={hook.get('timeoutSeconds', 10)}s"
    return errors.internal(
        f'failed calling webhook "{hook["name"]}": failed to call webhook: Post "{url}": {why}'
    )

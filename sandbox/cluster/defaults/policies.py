"""Defaults of everything that rules other objects: namespaces, roles, limits, webhooks, definitions."""

import base64
from typing import Final

from sandbox.cluster.metadata import Obj, name_of

RBAC: Final = "rbac.authorization.k8s.io"


def namespace(obj: Obj) -> None:
    spec = obj.get("spec") or {}
    spec.setdefault("finalizers", ["kubernetes"])
    obj["spec"] = spec
    if name_of(obj):
        obj["metadata"]["labels"] = {
            **(obj["metadata"].get("labels") or {}),
            "kubernetes.io/metadata.name": name_of(obj),
        }
    obj.setdefault("status", {}).setdefault("phase", "Active")


def secret(obj: Obj) -> None:
    obj.setdefault("type", "Opaque")
    for key, text in (obj.pop("stringData", None) or {}).items():
        obj.setdefault("data", {})[key] = base64.b64encode(str(text).encode()).decode()


def limit_range(obj: Obj) -> None:
    for item in (obj.get("spec") or {}).get("limits") or []:
        if item.get("type") != "Container":
            continue
        default = {**(item.get("max") or {}), **(item.get("default") or {})}
        request = {**default, **(item.get("min") or {}), **(item.get("defaultRequest") or {})}
        if default:
            item["default"] = default
        if request:
            item["defaultRequest"] = request


def priority_class(obj: Obj) -> None:
    obj.setdefault("preemptionPolicy", "PreemptLowerPriority")


def binding(obj: Obj) -> None:
    for subject in obj.get("subjects") or []:
        if subject.get("kind") in ("User", "Group"):
            subject.setdefault("apiGroup", RBAC)
    if obj.get("roleRef"):
        obj["roleRef"].setdefault("apiGroup", RBAC)


def validating_webhooks(obj: Obj) -> None:
    for hook in obj.get("webhooks") or []:
        service = (hook.get("clientConfig") or {}).get("service")
        if service:
            service.setdefault("port", 443)
        for rule in hook.get("rules") or []:
            rule.setdefault("scope", "*")
        hook.setdefault("failurePolicy", "Fail")
        hook.setdefault("matchPolicy", "Equivalent")
        hook.setdefault("namespaceSelector", {})
        hook.setdefault("objectSelector", {})
        hook.setdefault("timeoutSeconds", 10)


def mutating_webhooks(obj: Obj) -> None:
    validating_webhooks(obj)
    for hook in obj.get("webhooks") or []:
        hook.setdefault("reinvocationPolicy", "Never")


def definition(obj: Obj) -> None:
    """A CustomResourceDefinition."""
    spec = obj.setdefault("spec", {})
    names = spec.setdefault("names", {})
    kind = names.get("kind", "")
    names.setdefault("singular", kind.lower())
    names.setdefault("listKind", f"{kind}List")
    spec.setdefault("conversion", {"strategy": "None"})

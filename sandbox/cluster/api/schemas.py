"""The schemas of OpenAPI documents: every field with its type, and how lists of it are merged."""

import re
from typing import Any, Final

from sandbox.cluster import schema
from sandbox.cluster.metadata import Obj
from sandbox.cluster.patching.keys import BY_FIELD, SETS
from sandbox.cluster.resources import Resource

PLAIN: Final[dict[str, Obj]] = {
    "s": {"type": "string"},
    "i": {"type": "integer", "format": "int32"},
    "n": {"type": "number", "format": "double"},
    "b": {"type": "boolean"},
    "t": {"type": "string", "format": "date-time"},
    "y": {"type": "string", "format": "byte"},
    "q": {"type": "string"},
    "p": {"type": "string", "format": "int-or-string"},
    "x": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
MERGED: Final = {  # lists whose key depends on whose they are
    ("V1Container", "ports"): "containerPort",
    ("V1EphemeralContainer", "ports"): "containerPort",
    ("V1ServiceSpec", "ports"): "port",
    ("V1PodSpec", "imagePullSecrets"): "name",
    ("V1NodeStatus", "addresses"): "type",
    ("V1ServiceAccount", "secrets"): "name",
}
RETAINED: Final = frozenset((("V1PodSpec", "volumes"), ("V1DeploymentSpec", "strategy")))
Found = dict[str, Obj]


def of(resources: list[Resource], prefix: str, *, wrapped: bool) -> Found:
    """All schemas that the resources need. `wrapped`: references stand in an allOf, as in version 3."""
    found: Found = {}
    for resource in resources:
        model = schema.model_of(resource)
        if model is None:
            found[_open_name(resource)] = _open(resource)
            continue
        _add(model, found, prefix, wrapped=wrapped)
        kinds = found[name(model)].setdefault("x-kubernetes-group-version-kind", [])
        kinds.append({"group": resource.group, "version": resource.version, "kind": resource.kind})
    return found


def name(model: str) -> str:
    """`V1PodSpec` -> `io.k8s.api.v1.PodSpec`: clients show what stands after the last dot."""
    parts = re.match(r"^([A-Z][a-z]+)?V(\d[a-z0-9]*)(\w+)$", model)
    if parts is None:
        return f"io.k8s.api.{model}"
    group = f"{parts[1].lower()}." if parts[1] else ""
    return f"io.k8s.api.{group}v{parts[2]}.{parts[3]}"


def _open_name(resource: Resource) -> str:
    return ".".join([*reversed((resource.group or "core").split(".")), resource.version, resource.kind])


def _open(resource: Resource) -> Obj:
    """A kind that may hold anything: the server judges its objects when they arrive."""
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return {
        "type": "object",
        "x-kubernetes-group-version-kind": [kind],
        "x-kubernetes-preserve-unknown-fields": True,
    }


def _add(model: str, found: Found, prefix: str, *, wrapped: bool) -> None:
    if name(model) in found:
        return
    known = schema.fields(model)
    body: Obj = {"type": "object", "properties": {}}
    found[name(model)] = body
    for field, kind in known.items():
        body["properties"][field] = _typed(kind.rstrip("!"), prefix, wrapped=wrapped) | _merging(
            model, field, kind
        )
        below = schema.inner(kind)
        if schema.is_model(below):
            _add(below, found, prefix, wrapped=wrapped)
    if required := [field for field, kind in known.items() if kind.endswith("!")]:
        body["required"] = required


def _typed(kind: str, prefix: str, *, wrapped: bool) -> Obj:
    if kind.startswith("[]"):
        return {"type": "array", "items": _typed(kind[2:], prefix, wrapped=wrapped)}
    if kind.startswith("{}"):
        return {"type": "object", "additionalProperties": _typed(kind[2:], prefix, wrapped=wrapped)}
    if kind in PLAIN:
        return dict(PLAIN[kind])
    reference = {"$ref": f"{prefix}{name(kind)}"}
    return {"allOf": [reference]} if wrapped else reference


def _merging(model: str, field: str, kind: str) -> dict[str, Any]:
    """The extensions by which kubectl merges lists, the same table as the server's."""
    if (model, field) == ("V1DeploymentSpec", "strategy"):
        return {"x-kubernetes-patch-strategy": "retainKeys"}
    if not kind.startswith("[]"):
        return {}
    if field in SETS:
        return {"x-kubernetes-patch-strategy": "merge"}
    key = MERGED.get((model, field)) or (
        BY_FIELD.get(field) if schema.is_model(kind[2:].rstrip("!")) else None
    )
    if key is None:
        return {}
    strategy = "merge,retainKeys" if (model, field) in RETAINED else "merge"
    return {"x-kubernetes-patch-merge-key": key, "x-kubernetes-patch-strategy": strategy}

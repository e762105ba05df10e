"""OpenAPI: enough for kubectl to find kinds, and to see that the server validates fields itself."""

import hashlib
from functools import lru_cache
from typing import Any, Final

from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Registry, Resource

INFO: Final = {"title": "Kubernetes", "version": "v1.36.2"}
DRY_RUN: Final = {"name": "dryRun", "in": "query", "schema": {"type": "string", "uniqueItems": True}}
VALIDATION: Final = {
    "name": "fieldValidation",
    "in": "query",
    "schema": {"type": "string", "uniqueItems": True},
}


def _path(group: str, version: str) -> str:
    return f"apis/{group}/{version}" if group else f"api/{version}"


def index(registry: Registry) -> Obj:
    """Where the document of each group and version is; the hash changes when the registry does."""
    paths = {}
    for group, version in registry.group_versions():
        where = _path(group, version)
        digest = hashlib.sha256(f"{where}{registry.changes}".encode()).hexdigest().upper()
        paths[where] = {"serverRelativeURL": f"/openapi/v3/{where}?hash={digest}"}
    return {"paths": paths}


def version_three(registry: Registry, where: str) -> Obj | None:
    found = [r for r in registry if _path(r.group, r.version) == where]
    if not found:
        return None
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for resource in found:
        paths[_collection(resource)] = {"post": _operation(resource, "post")}
        paths[_item(resource)] = {
            "put": _operation(resource, "put"),
            "patch": _operation(resource, "patch"),
            "get": {"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": _kind(resource)},
        }
        schemas[_name(resource)] = _schema(resource)
    return {"openapi": "3.0.0", "info": INFO, "paths": paths, "components": {"schemas": schemas}}


def version_two(registry: Registry) -> Obj:
    return _version_two(registry, registry.changes)


@lru_cache(maxsize=4)
def _version_two(registry: Registry, changes: int) -> Obj:
    del changes  # part of the cache's key
    definitions = {_name(resource): _schema(resource) for resource in registry}
    return {"swagger": "2.0", "info": INFO, "paths": {}, "definitions": definitions}


def _root(resource: Resource) -> str:
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"/{_path(resource.group, resource.version)}{scope}/{resource.plural}"


def _collection(resource: Resource) -> str:
    return _root(resource)


def _item(resource: Resource) -> str:
    return f"{_root(resource)}/{{name}}"


def _operation(resource: Resource, action: str) -> Obj:
    return {
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": _kind(resource),
        "parameters": [DRY_RUN, VALIDATION],
    }


def _kind(resource: Resource) -> Obj:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _name(resource: Resource) -> str:
    group = (resource.group or "core").removesuffix(".k8s.io").split(".")[0]
    return f"io.k8s.api.{group}.{resource.version}.{resource.kind}"


def _schema(resource: Resource) -> Obj:
    """Open to every field: the server judges objects when they arrive."""
    return {
        "type": "object",
        "x-kubernetes-group-version-kind": [_kind(resource)],
        "x-kubernetes-preserve-unknown-fields": True,
    }

"""OpenAPI: enough for kubectl to find kinds, to explain their fields, and to merge what it applies."""

import hashlib
from functools import lru_cache
from typing import Any, Final

from sandbox.cluster.api import schemas
from sandbox.cluster.metadata import Obj
from sandbox.cluster.patching import APPLY, JSON_PATCH, MERGE_PATCH, STRATEGIC
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
    for resource in found:
        root = _root(resource)
        paths[root] = {"post": _operation(resource, "post")}
        paths[f"{root}/{{name}}"] = {
            "put": _operation(resource, "put"),
            "patch": _operation(resource, "patch") | {"requestBody": _patches(resource)},
            "get": {"x-kubernetes-action": "get", "x-kubernetes-group-version-kind": _kind(resource)},
        }
    documents = schemas.of(found, "#/components/schemas/", wrapped=True)
    return {"openapi": "3.0.0", "info": INFO, "paths": paths, "components": {"schemas": documents}}


def version_two(registry: Registry) -> Obj:
    return _version_two(registry, registry.changes)


@lru_cache(maxsize=4)
def _version_two(registry: Registry, changes: int) -> Obj:
    del changes  # part of the cache's key
    definitions = schemas.of(list(registry), "#/definitions/", wrapped=False)
    return {"swagger": "2.0", "info": INFO, "paths": {}, "definitions": definitions}


def _root(resource: Resource) -> str:
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    return f"/{_path(resource.group, resource.version)}{scope}/{resource.plural}"


def _operation(resource: Resource, action: str) -> Obj:
    return {
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": _kind(resource),
        "parameters": [DRY_RUN, VALIDATION],
    }


def _patches(resource: Resource) -> Obj:
    """The patch types that are taken: kubectl reads there whether it may merge strategically."""
    kinds = [APPLY, JSON_PATCH, MERGE_PATCH, *([] if resource.custom else [STRATEGIC])]
    return {"content": {kind: {"schema": {"type": "object"}} for kind in kinds}}


def _kind(resource: Resource) -> Obj:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}

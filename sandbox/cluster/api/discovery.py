"""What is served: the documents by which clients find groups, versions and resources."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Registry, Resource

AGGREGATED: Final = "apidiscovery.k8s.io"
VERSION: Final = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.2",
    "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
    "gitTreeState": "clean",
    "buildDate": "2026-07-23T00:00:00Z",
    "goVersion": "go1.26.6",
    "compiler": "gc",
    "platform": "linux/amd64",
}


def api_versions(address: str) -> Obj:
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def _groups(registry: Registry) -> dict[str, list[str]]:
    """Versions by group, the core group left out."""
    found: dict[str, list[str]] = {}
    for group, version in registry.group_versions():
        if group:
            found.setdefault(group, []).append(version)
    return found


def _group(name: str, versions: list[str]) -> Obj:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def group_list(registry: Registry) -> Obj:
    groups = [_group(name, versions) for name, versions in _groups(registry).items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(registry: Registry, name: str) -> Obj | None:
    versions = _groups(registry).get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)} if versions else None


def _described(resource: Resource) -> list[Obj]:
    first: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular_name,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        first["shortNames"] = list(resource.short_names)
    if resource.categories:
        first["categories"] = list(resource.categories)
    if "watch" in resource.verbs:
        first["storageVersionHash"] = resource.storage_hash
    return [first, *(_sub(resource, sub.name) for sub in resource.subresources)]


def _sub(resource: Resource, name: str) -> Obj:
    sub = resource.subresource(name)
    assert sub is not None  # noqa: S101 - iterated from the resource itself
    head: dict[str, Any] = {
        "name": f"{resource.plural}/{name}",
        "singularName": "",
        "namespaced": resource.namespaced,
    }
    if sub.group:
        head |= {"group": sub.group, "version": sub.version}
    return head | {"kind": sub.kind, "verbs": list(sub.verbs)}


def resource_list(registry: Registry, group_name: str, version: str) -> Obj | None:
    found = [r for r in registry if (r.group, r.version) == (group_name, version)]
    if not found:
        return None
    group_version = f"{group_name}/{version}" if group_name else version
    head: Obj = {"kind": "APIResourceList"}
    if group_name:
        head["apiVersion"] = "v1"
    described = [item for resource in found for item in _described(resource)]
    return {**head, "groupVersion": group_version, "resources": described}


def aggregated(registry: Registry, *, core: bool) -> Obj:
    """Everything in one document, as clients ask for it since 1.27."""
    groups: dict[str, list[str]] = {"": ["v1"]} if core else _groups(registry)
    items = [
        {
            "metadata": {"name": name} if name else {},
            "versions": [_version(registry, name, version) for version in versions],
        }
        for name, versions in groups.items()
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _version(registry: Registry, group_name: str, version: str) -> Obj:
    found = [r for r in registry if (r.group, r.version) == (group_name, version)]
    return {
        "version": version,
        "resources": [_discovered(resource) for resource in found],
        "freshness": "Current",
    }


def _discovered(resource: Resource) -> Obj:
    body: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": "", "version": "", "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular_name,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        body["shortNames"] = list(resource.short_names)
    if resource.categories:
        body["categories"] = list(resource.categories)
    if resource.subresources:
        body["subresources"] = [
            {
                "subresource": sub.name,
                "responseKind": {"group": sub.group, "version": sub.version, "kind": sub.kind},
                "verbs": list(sub.verbs),
            }
            for sub in resource.subresources
        ]
    return body

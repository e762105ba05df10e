"""What a request's path and method ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.cluster.access.attributes import Attributes

WRITES = {"POST": "create", "PUT": "update", "PATCH": "patch"}
TRUE = ("true", "1", "t", "T", "TRUE", "True")


@dataclass(frozen=True)
class Target:
    """A resource path taken apart: `/apis/apps/v1/namespaces/n/deployments/d/scale`."""

    verb: str
    group: str
    version: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""

    def attributes(self, *, selected_name: str = "") -> Attributes:
        return Attributes(
            verb=self.verb,
            group=self.group,
            version=self.version,
            resource=self.resource,
            subresource=self.subresource,
            namespace=self.namespace,
            name=self.name or selected_name,
        )


def target(method: str, path: str, query: Mapping[str, str]) -> Target | None:
    """None for everything that is not a resource: discovery, version, health."""
    parts = [part for part in path.split("/") if part]
    if parts[:1] == ["api"] and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    watching = rest[0] == "watch"
    namespace, rest = _namespace(rest[1:] if watching else rest)
    if not rest:
        return None
    resource, name, subresource = (*rest, "", "", "")[:3]
    watching = watching or (not name and query.get("watch") in TRUE)
    verb = _verb(method, name, watching=watching)
    return Target(verb, group, version, resource, namespace, name, subresource, "/".join(rest[3:]))


def _namespace(rest: list[str]) -> tuple[str, list[str]]:
    """`namespaces/n/pods` is about pods; `namespaces/n` and `namespaces/n/status` about the namespace."""
    if rest[:1] != ["namespaces"] or len(rest) < 2:
        return "", rest
    if len(rest) > 2 and rest[2] not in ("status", "finalize"):
        return rest[1], rest[2:]
    return rest[1], rest


def _verb(method: str, name: str, *, watching: bool) -> str:
    if method in ("GET", "HEAD"):
        if watching:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    return WRITES.get(method, method.lower())

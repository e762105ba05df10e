"""The resources that a server serves, by group, version and plural name."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

ALL_VERBS: Final = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
STATUS_VERBS: Final = ("get", "patch", "update")


@dataclass(frozen=True)
class Subresource:
    """`pods/log`: `group`, `version` and `kind` name what it speaks when that is not its parent's kind."""

    name: str
    kind: str
    verbs: tuple[str, ...] = STATUS_VERBS
    group: str = ""
    version: str = ""


@dataclass(frozen=True)
class Resource:
    """One served resource. `key` names it in the store: `v1/pods`, `apps/v1/deployments`."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: tuple[Subresource, ...] = ()
    storage: str = ""  # the key under which the objects are kept when another resource shows them too
    custom: bool = False  # defined by a CustomResourceDefinition
    columns: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # a CRD's printer columns

    @property
    def group_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def key(self) -> str:
        return f"{self.group_version}/{self.plural}"

    @property
    def kept(self) -> str:
        return self.storage or self.key

    @property
    def qualified(self) -> str:
        """`deployments.apps`, as messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular_name(self) -> str:
        return self.singular or self.kind.lower()

    @property
    def storage_hash(self) -> str:
        """The hash that discovery shows for a stored kind."""
        digest = hashlib.sha256(f"{self.group}/{self.version}/{self.kind}".encode()).digest()
        return base64.b64encode(digest[:8]).decode()

    def subresource(self, name: str) -> Subresource | None:
        return next((sub for sub in self.subresources if sub.name == name), None)


class Registry:
    """Every served resource; a CustomResourceDefinition adds to it."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_key: dict[str, Resource] = {resource.key: resource for resource in resources}
        self.changes = 0

    def __iter__(self) -> Iterator[Resource]:
        return iter(self._by_key.values())

    def __getitem__(self, key: str) -> Resource:
        return self._by_key[key]

    def get(self, key: str) -> Resource | None:
        return self._by_key.get(key)

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        return self._by_key.get(f"{group}/{version}/{plural}" if group else f"{version}/{plural}")

    def of_kind(self, api_version: str, kind: str) -> Resource | None:
        """The resource of `apps/v1`, `Deployment`."""
        return next(
            (r for r in self if r.group_version == api_version and r.kind == kind and "get" in r.verbs), None
        )

    def of_group_resource(self, group: str, plural: str) -> Resource | None:
        """Any served version of a group's resource."""
        return next((r for r in self if r.group == group and r.plural == plural), None)

    def add(self, resource: Resource) -> None:
        self._by_key[resource.key] = resource
        self.changes += 1

    def remove(self, key: str) -> None:
        if self._by_key.pop(key, None) is not None:
            self.changes += 1

    def group_versions(self) -> list[tuple[str, str]]:
        """(group, version) in serving order; the core group is ("", "v1")."""
        return list(dict.fromkeys((r.group, r.version) for r in self))

"""What is asked for, in the terms in which rights are written."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Attributes:
    """A resource request, or with `path` a request outside the resources."""

    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def combined(self) -> str:
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def doing(self, verb: str) -> "Attributes":
        return replace(self, verb=verb)

    def sentence(self, user: str) -> str:
        """`User "u" cannot patch resource "deployments/scale" in API group "apps" in the namespace "n"`."""
        if self.path:
            return f'User "{user}" cannot {self.verb} path "{self.path}"'
        where = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return (
            f'User "{user}" cannot {self.verb} resource "{self.combined}" in API group "{self.group}" {where}'
        )


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    reason: str = ""

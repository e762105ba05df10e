"""Who writes an object, and how."""

from dataclasses import dataclass, field

from sandbox.cluster.identity.users import User
from sandbox.cluster.metadata import Obj


@dataclass
class Write:
    """`warnings` collects what the server wants to say beside its answer."""

    manager: str = "sandbox"
    operation: str = "Update"
    subresource: str | None = None
    trusted: bool = True
    managed: list[Obj] | None = None  # server-side apply decides the field owners itself
    user: User | None = None  # who asked over the API; nobody in particular for callers in the process
    warnings: list[str] = field(default_factory=list)

"""What happens to an object on its way into the store: defaults, validation, admission."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

if TYPE_CHECKING:
    from sandbox.cluster.store import Store


@dataclass
class Write:
    """Who writes, and how. `warnings` collects what the server wants to say beside its answer."""

    manager: str = "sandbox"
    operation: str = "Update"
    subresource: str | None = None
    trusted: bool = True
    managed: list[Obj] | None = None  # server-side apply decides the field owners itself
    warnings: list[str] = field(default_factory=list)


class Strategy:
    def __init__(self, store: "Store") -> None:
        self._store = store

    def create(self, kind: Resource, new: Obj, write: Write) -> None:
        """Completes `new` in place, or raises."""

    def update(self, kind: Resource, new: Obj, old: Obj, write: Write) -> None:
        """Completes `new` in place, or raises."""

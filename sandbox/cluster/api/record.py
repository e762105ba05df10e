"""What was asked of the server lately: tests of the product count writes with it."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Final

KEPT: Final = 5_000


@dataclass(frozen=True)
class Request:
    """One request as an audit log holds it. `user` sent it, `impersonated` is who it acted as ("" for nobody)."""

    at: float
    audit_id: str
    user: str
    impersonated: str
    groups: tuple[str, ...]
    verb: str
    method: str
    path: str
    query: dict[str, str]
    resource: str
    namespace: str
    name: str
    code: int
    dry_run: bool
    user_agent: str

    @property
    def is_write(self) -> bool:
        """Did it change something? Refused and dry runs did not, reviews never do."""
        writes = self.verb in ("create", "update", "patch", "delete", "deletecollection")
        return writes and not self.dry_run and self.code < 300 and not self.resource.endswith("reviews")

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"is_write": self.is_write}


class Record(deque[Request]):
    """The last requests, the newest at the end."""

    def __init__(self) -> None:
        super().__init__(maxlen=KEPT)

    def writes(self) -> list[Request]:
        return [request for request in self if request.is_write]

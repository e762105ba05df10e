"""Trouble on order: the next N calls of an operation are throttled, slow, refused, or lose their connection."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from sandbox.oci.errors import Refused, bad_parameter

Drop = Literal["", "before", "after"]
CODES: Final = {
    400: "InvalidParameter",
    401: "NotAuthenticated",
    404: "NotAuthorizedOrNotFound",
    409: "IncorrectState",
    412: "NoEtagMatch",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


@dataclass(slots=True)
class Fault:
    """`service` and `operation` by the SDK's names; `profile` of the caller's key; `region`. Empty for all.

    `drop`: the connection breaks before, or after, what was asked is done. `fails`: the change is accepted, and
    its work request then fails.
    """

    service: str = ""
    operation: str = ""
    profile: str = ""
    region: str = ""
    status: int = 0
    code: str = ""
    message: str = ""
    retry_after: int = 0
    delay_ms: int = 0
    drop: Drop = ""
    fails: bool = False
    times: int = 1

    def matches(self, service: str, operation: str, profile: str, region: str) -> bool:
        return (
            self.service in {"", service}
            and self.operation in {"", operation}
            and self.profile in {"", profile}
            and self.region in {"", region}
        )

    def refusal(self) -> Refused:
        code = self.code or CODES.get(self.status, "InternalServerError")
        message = self.message or f"{code}: ordered for this call"
        return Refused(
            self.status, code, message, {"retry-after": str(self.retry_after)} if self.retry_after else {}
        )


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, body: Any) -> Fault:
        fault = _read(body)
        self._ordered.append(fault)
        return fault

    def clear(self) -> None:
        self._ordered.clear()

    def take(self, service: str, operation: str, profile: str, region: str) -> Fault | None:
        """The fault that strikes this call, counted down."""
        for fault in self._ordered:
            if fault.matches(service, operation, profile, region):
                fault.times -= 1
                self._ordered = [other for other in self._ordered if other.times > 0]
                return fault
        return None

    def pending(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._ordered]


def _read(body: Any) -> Fault:
    known = {item.name: item.type for item in fields(Fault)}
    if not isinstance(body, dict) or body.keys() - known.keys():
        raise bad_parameter(f"a fault has the fields {', '.join(known)}")
    for key, value in body.items():
        if known[key] == "int" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise bad_parameter(f"{key} is a number of 0 or more, not {value!r}")
        if known[key] == "str" and not isinstance(value, str):
            raise bad_parameter(f"{key} is a text, not {value!r}")
    drop = {True: "before", False: "", None: ""}.get(body.get("drop"), body.get("drop"))
    if drop not in {"", "before", "after"}:
        raise bad_parameter(f'drop is true, "before" or "after", not {drop!r}')
    if body.get("status", 400) < 400:
        raise bad_parameter("status is one of an error")
    return Fault(**{**body, "drop": drop})

"""Trouble on order: the next N calls of a method fail, are slow, are refused, or lose their connection."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from sandbox.slack.core.errors import BadInput

Drop = Literal["", "before", "after"]


@dataclass(slots=True)
class Fault:
    """`drop_socket`: the call's connection is reset before, or after, Slack did what was asked."""

    method: str = ""
    status: int = 0
    error: str = ""
    retry_after: int = 0
    delay_ms: int = 0
    drop_socket: Drop = ""
    times: int = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self._ordered.append(fault)

    def clear(self) -> None:
        self._ordered.clear()

    def take(self, method: str) -> Fault | None:
        """The fault that strikes this call, counted down."""
        for fault in self._ordered:
            if fault.method in {"", method}:
                fault.times -= 1
                self._ordered = [other for other in self._ordered if other.times > 0]
                return fault
        return None

    def pending(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._ordered]


def read_fault(body: dict[str, Any]) -> Fault:
    known = {field.name: field.type for field in fields(Fault)}
    for key, value in body.items():
        if key not in known:
            raise BadInput(f"a fault has no field {key!r}; it has {', '.join(known)}")
        if known[key] == "int" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise BadInput(f"{key} is a number of 0 or more, not {value!r}")
        if known[key] == "str" and not isinstance(value, str):
            raise BadInput(f"{key} is a text, not {value!r}")
    drop = {True: "before", False: "", None: ""}.get(body.get("drop_socket"), body.get("drop_socket"))
    if drop not in {"", "before", "after"}:
        raise BadInput(f'drop_socket is true, "before" or "after", not {drop!r}')
    return Fault(**{**body, "drop_socket": drop})

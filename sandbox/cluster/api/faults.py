"""Faults on request: what tests of the product make the server do wrong."""

import re
from dataclasses import dataclass, fields
from typing import Any

from sandbox.cluster import errors


@dataclass
class Fault:
    """One fault for the next `times` requests that match.

    path: regular expression searched in the path; method: of HTTP; verb: of Kubernetes; user: who sent it.
    status and body: answered instead of the request being done; delay_ms: before anything else; drop: the
    connection breaks, "before" the request is done or "after" it; accept_but_ignore: everything is checked and
    answered as usual, and nothing is stored; revert_ms: what the request changed is taken back after that time.
    """

    path: str = ""
    method: str = ""
    verb: str = ""
    user: str = ""
    status: int = 0
    body: Any = None
    headers: dict[str, str] | None = None
    delay_ms: int = 0
    drop: str = ""
    accept_but_ignore: bool = False
    revert_ms: int = 0
    times: int = 1

    def matches(self, *, path: str, method: str, verb: str, user: str) -> bool:
        return (
            self.times > 0
            and bool(re.search(self.path, path))
            and self.method.upper() in ("", method)
            and self.verb in ("", verb)
            and self.user in ("", user)
        )


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, body: Any) -> Fault:
        known = {item.name for item in fields(Fault)}
        if not isinstance(body, dict) or set(body) - known:
            raise errors.bad_request(f"a fault has the fields {', '.join(sorted(known))}")
        if body.get("drop") is True:
            body["drop"] = "before"
        fault = Fault(**body)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def take(self, *, path: str, method: str, verb: str, user: str) -> Fault | None:
        """The first fault that matches; one of its times is used up. The sandbox's own paths have none."""
        if path.startswith("/sandbox/"):
            return None
        for fault in self._faults:
            if fault.matches(path=path, method=method, verb=verb, user=user):
                fault.times -= 1
                return fault
        return None

"""What was asked lately, for whoever watches: tests, the story's table."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from sandbox.oci.sdk.operations import Operation
from sandbox.oci.signing.signature import Received

REMEMBERED: Final = 2000


class Record:
    def __init__(self) -> None:
        self._rows: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)

    def add(self, received: Received, operation: Operation | None, status: int, request_id: str) -> None:
        row = {
            "method": received.method,
            "target": received.target,
            "service": operation.service if operation else "",
            "operation": operation.name if operation else "",
            "status": status,
            "opc_request_id": request_id,
            "user_agent": received.headers.get("user-agent", ""),
        }
        self._rows.append(row)

    def rows(self, operation: str = "") -> list[dict[str, Any]]:
        return [row for row in self._rows if operation in {"", row["operation"]}]

    def clear(self) -> None:
        self._rows.clear()

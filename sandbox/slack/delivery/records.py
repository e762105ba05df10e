"""One row for each thing sent to the app: what it was, how often it was tried, when it was acknowledged."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

KEPT: Final = 5_000
Kind = Literal["events_api", "slash_commands", "interactive"]
Outcome = Literal["pending", "acked", "operation_timeout", "dispatch_failed"]


@dataclass(slots=True)
class Row:
    """`links` are the numbers of the Socket Mode links that carried it, an attempt each."""

    id: int
    type: Kind
    summary: str
    event_id: str
    sent_at: float
    payload: dict[str, Any] = field(default_factory=dict)
    envelope_ids: list[str] = field(default_factory=list)
    attempts: int = 0
    outcome: Outcome = "pending"
    acked_ms: float | None = None
    response: Any = None
    transport: str = ""
    links: list[int] = field(default_factory=list)
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return found | {"retries": max(0, self.attempts - 1), "envelope_id": (self.envelope_ids or [""])[-1]}


class Rows:
    """`tell` hears of each row whenever it changes."""

    def __init__(self, tell: Callable[[Row], None]) -> None:
        self._rows: deque[Row] = deque(maxlen=KEPT)
        self._tell = tell
        self._count = 0

    def open(self, kind: Kind, payload: dict[str, Any]) -> Row:
        self._count += 1
        row = Row(
            self._count,
            kind,
            summary(kind, payload),
            str(payload.get("event_id") or ""),
            time.time(),
            payload,
        )
        self._rows.append(row)
        self._tell(row)
        return row

    def changed(self, row: Row) -> None:
        self._tell(row)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)


def summary(kind: Kind, payload: dict[str, Any]) -> str:
    if kind == "slash_commands":
        return f"{payload['command']} {payload['text']}".strip()
    if kind == "events_api":
        event = payload["event"]
        return " ".join(filter(None, (event["type"], event.get("subtype"), event.get("tab"))))
    actions = payload.get("actions") or [{}]
    view = payload.get("view") or {}
    detail = actions[0].get("action_id") or view.get("callback_id") or payload.get("callback_id") or ""
    return f"{payload['type']} {detail}".strip()

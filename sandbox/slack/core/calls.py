"""What the app asked of us, newest last, without its token: for the page and for tests."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

KEPT: Final = 5_000


@dataclass(frozen=True, slots=True)
class CallRow:
    at: float
    method: str
    args: dict[str, Any]
    ok: bool
    error: str
    status: int
    ms: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class CallLog:
    def __init__(self) -> None:
        self._rows: deque[CallRow] = deque(maxlen=KEPT)

    def add(self, row: CallRow) -> None:
        self._rows.append(row)

    def __iter__(self) -> Iterator[CallRow]:
        return iter(self._rows)

    def of(self, method: str) -> list[CallRow]:
        return [row for row in self._rows if row.method == method]

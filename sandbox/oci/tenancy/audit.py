"""The tenancy's audit log: events in the order of their times, kept in a file of one line each."""

from __future__ import annotations

import bisect
import json
from pathlib import Path
from typing import Final

from sandbox.oci.tenancy.records import Json
from sandbox.oci.times import epoch

MOST: Final = 20_000


class AuditLog:
    """`path` is added to; a start takes the latest events and lets go of the others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._events: list[tuple[float, int, Json]] = []
        self._count = 0

    def load(self) -> bool:
        """What the file holds; whether there was one. A line that was cut off is left out."""
        if not self._path.is_file():
            return False
        lines = self._path.read_text(encoding="utf-8").splitlines()
        for line in lines[-MOST:]:
            if line.endswith("}"):
                self._insert(json.loads(line))
        if len(lines) > MOST:
            self._path.write_text("".join(f"{line}\n" for line in lines[-MOST:]), encoding="utf-8")
        return True

    def add(self, event: Json) -> None:
        self._insert(event)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")

    def between(self, compartment: str, start: float, end: float) -> list[Json]:
        return [
            event
            for at, _, event in self._events
            if start <= at < end and event["data"]["compartmentId"] == compartment
        ]

    def _insert(self, event: Json) -> None:
        self._count += 1
        bisect.insort(self._events, (epoch(event["eventTime"]), self._count, event))
        if len(self._events) > MOST:
            del self._events[0]

"""What the demo itself did (kills, tamperings), kept in the state folder for the table at the end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Deed:
    """`record` is the audit seq that it touched, 0 when none."""

    at: float
    what: str
    who: str
    outcome: str
    record: int = 0


class Diary:
    """Blocking; a line is small."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, deed: Deed) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(deed)) + "\n")

    def all(self) -> list[Deed]:
        if not self._file.exists():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines()
        return [Deed(**json.loads(line)) for line in lines if line]

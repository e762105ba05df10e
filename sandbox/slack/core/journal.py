"""What survives a restart, as JSON lines in the state folder: each line is one whole thing as it now stands.

A line cut short by a crash is the last one and is left out; on start the file is written anew without what was
overwritten since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

Record = dict[str, Any]


class Journal:
    """Without a folder it remembers nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "slack.jsonl" if folder else None
        self._file: IO[str] | None = None

    def read(self) -> Iterator[Record]:
        if self._path is None or not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record

    def restart(self, records: Iterable[Record]) -> None:
        """Begin a new file that says what is there now."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        fresh.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8")

    def write(self, kind: str, **fields: Any) -> None:
        """At once and on the loop: a line is short, and what was answered must outlive a kill."""
        if self._file is not None:
            self._file.write(json.dumps({"kind": kind, **fields}) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

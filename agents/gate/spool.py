"""Audit rows that could not be written: one bounded file, synced to disk line by line, replayed when the store is back.

Reads may go on while it has room; when it is full, or cannot be written either, they stop too.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

MAX_BYTES = 16 * 1024 * 1024


class SpoolFull(Exception):
    """The row could not be kept; what it stands for must not happen."""


class Spool:
    """One writer a process. Rows are JSON objects, already redacted."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._max = max_bytes
        self._lock = asyncio.Lock()

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Returns when the row is on disk. Raises SpoolFull."""
        line = json.dumps(row, separators=(",", ":"), sort_keys=True).encode() + b"\n"
        async with self._lock:
            await asyncio.to_thread(self._append, line)

    def _append(self, line: bytes) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                line = _apart(file) + line
                if file.tell() + len(line) > self._max:
                    raise SpoolFull(f"the audit spool holds {self._max} bytes and is full")
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SpoolFull(f"the audit spool cannot be written: {error.strerror}") from error

    @property
    def waiting(self) -> bool:
        return self._path.exists()

    async def replay(self, write: Callable[[list[dict[str, Any]]], Awaitable[None]]) -> int:
        """Hand all rows to `write` in one go and forget them when it returns; how many there were.

        `write` must put them into one transaction: a crash between commit and forgetting repeats rows, never loses one.
        A last line torn by a crash is dropped; its read was not answered.
        """
        async with self._lock:
            rows = await asyncio.to_thread(self._rows)
            if not rows:
                return 0
            await write(rows)
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
            return len(rows)

    def _rows(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        rows = map(_row, self._path.read_bytes().splitlines())
        return [row for row in rows if row is not None]


def _row(line: bytes) -> dict[str, Any] | None:
    """None for what a crash or a failing disk left in place of a row: bytes that are no text, no JSON or no object."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _apart(file: BinaryIO) -> bytes:
    """A line feed where a crash or a full disk tore the line before, so that it does not take this one with it."""
    end = file.seek(0, os.SEEK_END)
    if not end:
        return b""
    file.seek(end - 1)
    return b"" if file.read(1) == b"\n" else b"\n"

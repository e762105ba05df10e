"""The anchor file: every signed head, outside the database, so that a database cut short is found."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from storage.audit.heads import Head, head_of

TAIL_BYTES = 8_192  # holds the last line with room to spare


class AnchorProblem(Exception):
    """The anchor file cannot be read, or a line in it is no head."""


class Anchor:
    """Appended to and synced. Blocking: call it in a thread. Several processes may share one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last(self) -> int:
        """The number of the newest head in it; 0 when there is none. Raises OSError."""
        try:
            with self.path.open("rb") as file:
                return _last(file)[0]
        except FileNotFoundError:
            return 0

    def add(self, heads: Sequence[Head]) -> None:
        """Those of `heads` that are newer than what it holds. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last, end = _last(file)
            lines = b"".join(head.line().encode() + b"\n" for head in heads if head.n > last)
            file.truncate(end)  # a line torn by a crash; its head is in the database and comes again
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def _last(file: BinaryIO) -> tuple[int, int]:
    """The number of the last whole head, and where the whole lines end."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - TAIL_BYTES)
    file.seek(start)
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    lines = tail[:whole].split(b"\n")[:-1]
    try:
        return (head_of(json.loads(lines[-1])).n if lines else 0), start + whole
    except ValueError:
        return 0, size  # not ours to repair: verify will say what is wrong


def read_anchor(path: Path) -> list[Head]:
    """All heads in it; none when there is no file. A last line torn by a crash does not count. Raises AnchorProblem."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorProblem(f"{path.name} cannot be read") from error
    return [_head(path, n, line) for n, line in enumerate(text.split("\n")[:-1], 1)]


def _head(path: Path, number: int, line: str) -> Head:
    try:
        return head_of(json.loads(line))
    except ValueError as error:
        raise AnchorProblem(f"line {number} of {path.name} is no head") from error

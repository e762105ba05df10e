"""Files that a command reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.cli.command import CannotRun


def json_lines(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects with their line numbers; empty lines are skipped. Raises CannotRun naming the line."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise CannotRun(f"{name} line {number}: not JSON") from error
        if not isinstance(entry, dict):
            raise CannotRun(f"{name} line {number}: not a JSON object")
        yield number, entry


def read_text(name: str) -> str:
    """A file as text; bytes that are no UTF-8 are shown as such. `-` is standard input."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CannotRun(f"{name}: cannot be read: {error.strerror}") from error
    return raw.decode("utf-8", "replace")

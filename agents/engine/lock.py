"""One process a SQLite engine file. A second one would take the first's running work for a dead man's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class EngineBusy(Exception):
    """Another process works on this engine file; stop it first."""


class FileLock:
    """Held until released or until the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def take(self) -> None:
        """Blocking, but never waits. Raises EngineBusy."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(fd)
            raise EngineBusy(f"another process works on {self._path.name}; stop it first") from error
        self._fd = fd

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

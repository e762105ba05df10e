"""On SQLite one process a database of the engine: a second one would take the first's running work for a dead man's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

from storage.urls import is_postgresql


class EngineBusy(Exception):
    """Another process works on this database; stop it first."""


class Lock(Protocol):
    """Blocking."""

    def take(self) -> None:
        """Raises EngineBusy."""

    def release(self) -> None: ...


def lock_of(url: str) -> Lock:
    return NoLock() if is_postgresql(url) else FileLock(Path(f"{url.partition('///')[2]}.lock"))


class NoLock:
    """On PostgreSQL several processes work side by side; the table of workers says who is gone."""

    def take(self) -> None:
        """It is everybody's."""

    def release(self) -> None:
        """Nothing was taken."""


class FileLock:
    """Held until released or until the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def take(self) -> None:
        """Never waits."""
        if self._fd >= 0:
            return
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

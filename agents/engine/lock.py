"""One process a database of the engine. A second one would take the first's running work for a dead man's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

from storage.urls import is_postgresql


class EngineBusy(Exception):
    """Another process works on this database; stop it first."""


class Lock(Protocol):
    """Blocking. What may be asked again and again whether it is still held."""

    def take(self) -> None:
        """Raises EngineBusy; StoreUnavailable when nobody can be asked."""

    def release(self) -> None: ...


def lock_of(url: str) -> Lock:
    if is_postgresql(url):
        return ServerLock(url)
    return FileLock(Path(f"{url.partition('///')[2]}.lock"))


class ServerLock:
    """On PostgreSQL the server knows who is gone."""

    def __init__(self, url: str) -> None:
        from storage.sole import Sole

        self._sole = Sole(url)

    def take(self) -> None:
        if not self._sole.take():
            raise EngineBusy("another bot works on this database; stop it first")

    def release(self) -> None:
        self._sole.release()


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

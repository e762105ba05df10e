"""A folder of one process's own, held by a lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path

NAME = "bot.lock"


@dataclass
class FolderLock:
    folder: Path
    _fd: int = field(default=-1)

    def take(self) -> bool:
        """False when another process has it; never waits. Raises OSError where it cannot be asked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

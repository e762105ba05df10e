"""How often a program waits for the disk: the transactions that it put into SQLite's write-ahead file."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

HEAD, FRAME = 32, 24


def forget(file: Path) -> None:
    """Start to count anew: everything goes from the write-ahead file into the database at `file`."""
    with closing(sqlite3.connect(file, timeout=10)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def commits(file: Path) -> int:
    """Since `forget`. The last frame of a transaction names the size of the database, the others name none."""
    wal = file.with_name(f"{file.name}-wal").read_bytes()
    if len(wal) < HEAD:
        return 0
    page, salt = struct.unpack(">I", wal[8:12])[0], wal[16:24]
    frames = (wal[at : at + FRAME] for at in range(HEAD, len(wal), FRAME + page))
    return sum(frame[8:16] == salt and frame[4:8] != bytes(4) for frame in frames)

"""The workflow engine's SQLite file: write-ahead, and without a wait for the disk at each commit.

A killed process loses nothing that way. Should the whole machine lose power, the last moments of this file may be gone; what
happened is in the main database, which does wait, and from there messages and changes are taken up again.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, create_engine, event

BUSY_S = 30.0


class EngineFile:
    """Writers take the file when they begin, as the workflow library wants it."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(
            url, connect_args={"timeout": BUSY_S, "isolation_level": "IMMEDIATE"}
        )
        event.listen(self.engine, "connect", _set_up)

    def give_up(self) -> None:
        """Nothing here waits for long."""

    def close(self) -> None:
        self.engine.dispose()


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for line in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {line}").close()

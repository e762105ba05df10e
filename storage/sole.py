"""One process for the whole of a PostgreSQL: a lock that the server lets go of as soon as its holder is gone."""

from __future__ import annotations

from typing import Any

import psycopg

from storage.errors import StoreUnavailable
from storage.postgresql import CONNECTING
from storage.schema import plain
from storage.urls import libpq

TAKE = "SELECT pg_try_advisory_lock(4701414)"
# Seconds after which the server takes a machine that fell silent for dead.
SILENCE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3"


class Sole:
    """Blocking. Held until released, until the process ends or until the server is restarted: then take it again."""

    def __init__(self, url: str) -> None:
        self._address = libpq(url)
        self._how: dict[str, Any] = {**CONNECTING, "options": SILENCE, "application_name": "cloudops-lock"}
        self._held: psycopg.Connection[tuple[Any, ...]] | None = None

    def take(self) -> bool:
        """Whether it is ours; asked again it says whether it still is. Raises StoreUnavailable."""
        try:
            if self._held is not None:
                try:
                    self._held.execute("SELECT 1")
                except psycopg.OperationalError:
                    self.release()
            if self._held is None:
                self._held = self._taken()
        except psycopg.Error as error:
            raise StoreUnavailable(f"the database cannot be used: {plain(error)}") from error
        return self._held is not None

    def _taken(self) -> psycopg.Connection[tuple[Any, ...]] | None:
        conn = psycopg.connect(self._address, autocommit=True, **self._how)
        if conn.execute(TAKE).fetchone() == (True,):
            return conn
        conn.close()
        return None

    def release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

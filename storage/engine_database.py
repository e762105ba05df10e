"""The workflow engine's connections to PostgreSQL.

The library waits longer and longer after each failure, up to a minute. So it does not hear of failures to connect: who
asks for a connection gets one as soon as the server is back.
"""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from storage.postgresql import CONNECTING, SERVER_LIMITS, socket_asked
from storage.urls import libpq

KEPT, MORE = 4, 8
AGAIN_S = 0.5
PATIENCE_S = 300.0


class EngineDatabase:
    """`engine` goes to the library. `give_up` before it is told to stop: nobody waits for the server any more."""

    def __init__(self, url: str) -> None:
        self._address = libpq(url)
        self._given_up = Event()
        limits = " ".join(f"-c {name}={value}" for name, value in SERVER_LIMITS.items())
        self._how: dict[str, Any] = {**CONNECTING, "options": limits, "application_name": "cloudops-engine"}
        self.engine: Engine = create_engine(
            url, creator=self._connect, pool_size=KEPT, max_overflow=MORE, use_native_hstore=False
        )
        event.listen(self.engine, "checkout", _must_be_there)

    def _connect(self) -> psycopg.Connection[Any]:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return psycopg.connect(self._address, **self._how)
            except psycopg.OperationalError:
                if self._given_up.wait(AGAIN_S) or time.monotonic() > until:
                    raise

    def give_up(self) -> None:
        self._given_up.set()

    def close(self) -> None:
        self.engine.dispose()


def _must_be_there(connection: Any, _record: object, _proxy: object) -> None:
    if socket_asked(connection):
        raise DisconnectionError

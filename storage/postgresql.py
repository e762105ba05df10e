"""PostgreSQL as this project wants it: every wait has an end, and a connection that died is known before it is used."""

from __future__ import annotations

import asyncio
import os
import select
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import NullPool

from storage.errors import StoreUnavailable
from storage.threaded import Pool, Threaded
from storage.writers import ManyWriters

T = TypeVar("T")
POOL = 8
SERVER_LIMITS = {
    "statement_timeout": "10s",
    "lock_timeout": "8s",
    # Shorter than any wait for a lock: a process that is stopped in the middle of a write holds nobody up for long.
    "idle_in_transaction_session_timeout": "6s",
    "timezone": "UTC",
}
READING = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": r"repeatable\ read",
    "idle_in_transaction_session_timeout": "60s",
}
CONNECTING: dict[str, Any] = {
    "application_name": "cloudops",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "client_encoding": "utf8",
}


class WithoutNul(StrDumperUnknown):
    """PostgreSQL keeps no NUL in a text; whoever pastes one is answered all the same."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class Remote(Threaded):
    """A connection over a network. What does not answer in time is cut off, so that nothing of it is committed later."""

    answer_s = 15.0  # longer than any statement may take: then it is the server that is not there

    async def do(self, job: Callable[[Connection], T]) -> T:
        """Raises StoreUnavailable when no answer came in time; else as everywhere."""
        try:
            async with asyncio.timeout(self.answer_s):
                return await super().do(job)
        except TimeoutError as error:
            self._cut()
            raise StoreUnavailable("the database does not answer") from error

    def _connected(self) -> Connection:
        """A new one where the server hung up while nothing was asked, as it does when it is restarted."""
        conn = self._conn
        if conn is not None and not conn.in_transaction() and hung_up(conn):
            conn.invalidate()
            conn.rollback()
        return super()._connected()

    def _cut(self) -> None:
        conn = self._conn
        fd = -1 if conn is None or _gone(conn) else _socket_of(conn.connection.driver_connection)
        if fd < 0:
            return
        with socket.socket(fileno=os.dup(fd)) as line:
            line.shutdown(socket.SHUT_RDWR)


def hung_up(conn: Connection) -> bool:
    return _gone(conn) or socket_asked(conn.connection.driver_connection)


def socket_asked(driver: Any) -> bool:
    """Whether the server said something unasked: between transactions that is its farewell."""
    fd = _socket_of(driver)
    if fd < 0:
        return True
    ear = select.poll()
    ear.register(fd, select.POLLIN)
    return bool(ear.poll(0))


def _gone(conn: Connection) -> bool:
    return conn.invalidated or conn.closed


def _socket_of(driver: Any) -> int:
    try:
        return int(driver.pgconn.socket)
    except psycopg.OperationalError:  # closed
        return -1


def writers(url: str, size: int) -> ManyWriters:
    return ManyWriters(Pool(engine(url), kept=size, most=size, kind=Remote))


def readers(url: str, size: int) -> Pool:
    return Pool(engine(url, READING), kept=size, most=size * 2, kind=Remote)


def engine(url: str, more: dict[str, str] | None = None) -> Engine:
    """`options` of the address itself have the last word."""
    address = make_url(url)
    own = address.query.get("options", "")
    limits = [f"-c {name}={value}" for name, value in {**SERVER_LIMITS, **(more or {})}.items()]
    options = " ".join([*limits, *([own] if isinstance(own, str) else own)]).strip()
    made = create_engine(
        address.difference_update_query(["options"]),
        poolclass=NullPool,
        connect_args={**CONNECTING, "options": options},
        use_native_hstore=False,
        hide_parameters=True,
    )
    event.listen(made, "connect", _set_up)
    return made


def _set_up(connection: Any, _record: object) -> None:
    connection.adapters.register_dumper(str, WithoutNul)

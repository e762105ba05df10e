"""What open pages are told as it happens. A page that does not read is dropped, not waited for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

WAITING: Final = 2_000  # notices that a page may lag behind


@dataclass(frozen=True, slots=True)
class Notice:
    """`users` are those who may see it, None for everybody."""

    event: str
    data: dict[str, Any]
    users: frozenset[str] | None = None
    frame: bytes = b""


def framed(event: str, data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


@dataclass(eq=False)
class Reader:
    user: str
    lost: bool = False  # fell behind and hears no more: the page must load anew
    queue: asyncio.Queue[Notice | None] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def offer(self, notice: Notice | None) -> bool:
        if notice is not None and notice.users is not None and self.user and self.user not in notice.users:
            return True
        if self.queue.full():
            self.lost = True
            return False
        self.queue.put_nowait(notice)
        return True


class Feed:
    def __init__(self) -> None:
        self._readers: set[Reader] = set()
        self._listeners: list[Callable[[Notice], None]] = []

    def tell(self, event: str, data: dict[str, Any], users: frozenset[str] | None = None) -> None:
        """`data` is written out at once, because what it shows may change before a page reads it."""
        notice = Notice(event, data, users, framed(event, data) if self._readers else b"")
        for listener in self._listeners:
            listener(notice)
        self._readers = {reader for reader in self._readers if reader.offer(notice)}

    def listen(self, listener: Callable[[Notice], None]) -> None:
        """For tests and for whoever waits for a reply in the same process."""
        self._listeners.append(listener)

    def join(self, user: str) -> Reader:
        reader = Reader(user)
        self._readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)

    def close(self) -> None:
        for reader in self._readers:
            reader.offer(None)

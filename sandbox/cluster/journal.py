"""The history of changes: what watches replay, and who is told of the next one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

Change = Literal["ADDED", "MODIFIED", "DELETED"]
KEPT: Final = 20_000  # changes that a watch can go back, as etcd's compaction window


@dataclass(frozen=True)
class Event:
    """One change. Its objects are snapshots shared with the store: copy before changing anything in them."""

    type: Change
    resource: str
    object: dict[str, Any]
    previous: dict[str, Any] | None = None
    version: int = 0


class Subscription:
    """Every change from now on, as an async iterator, or all at once with `drain`."""

    def __init__(self, journal: "Journal") -> None:
        self._journal = journal
        self._waiting: deque[Event] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell: asyncio.Event | None = None
        self._closed = False

    def put(self, event: Event) -> None:
        self._waiting.append(event)
        self._ring()

    def drain(self) -> list[Event]:
        """The changes that have happened and were not read yet, without waiting."""
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def close(self) -> None:
        self._closed = True
        self._journal.leave(self)
        self._ring()

    def _ring(self) -> None:
        """Wake the reader; a writer in another thread goes through the reader's loop."""
        if self._bell is None or self._loop is None or self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._bell.set)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        self._loop = asyncio.get_running_loop()
        self._bell = self._bell or asyncio.Event()
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._bell.clear()
            await self._bell.wait()
        return self._waiting.popleft()


class Journal:
    """Changes in order of their resourceVersion, the oldest forgotten after `KEPT`."""

    def __init__(self, kept: int = KEPT) -> None:
        self._events: deque[Event] = deque()
        self._kept = kept
        self._subscriptions: list[Subscription] = []
        self._listeners: list[Callable[[Event], None]] = []
        self.compacted = 0  # versions up to this one cannot be watched from any more

    def add(self, event: Event) -> None:
        self._events.append(event)
        while len(self._events) > self._kept:
            self.compacted = self._events.popleft().version
        for subscription in tuple(self._subscriptions):
            subscription.put(event)
        for listener in tuple(self._listeners):
            listener(event)

    def compact(self) -> None:
        """Forget everything, as a server does that was away for long."""
        if self._events:
            self.compacted = self._events[-1].version
        self._events.clear()

    def since(self, version: int) -> Iterator[Event]:
        return iter([event for event in self._events if event.version > version])

    def subscribe(self) -> Subscription:
        subscription = Subscription(self)
        self._subscriptions.append(subscription)
        return subscription

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Calls `listener` with every change, within the write that makes it."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Event], None]) -> None:
        self._listeners.remove(listener)

    def restart(self, version: int) -> None:
        """Begin after `version`: what came before cannot be watched."""
        self._events.clear()
        self.compacted = version

    def leave(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

"""Who waits for work, each person in turn: one who sends much waits for themselves, not everybody for them.

Holds names of stored rows, nothing else: a long line costs a few hundred bytes a message, and a process that dies loses nothing.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Ticket:
    """One row, sorted as it was said. Of the tickets of a `lane` one is under way at a time, oldest first.

    `begun` says that work on the row began before, in this process or in one that died.
    """

    at: datetime
    row_id: str
    person: str = field(compare=False)
    lane: str = field(compare=False)
    begun: bool = field(compare=False, default=False)


@dataclass
class Line:
    """`start` is called with each ticket when its turn comes; whoever ends the work says `left`.

    A person has at most `most_each` of the `at_once` places, so that a place for somebody else is never far.
    """

    start: Callable[[Ticket], None]
    at_once: int
    most_each: int
    opened: bool = True
    _known: dict[str, Ticket] = field(default_factory=dict)
    _waiting: dict[str, list[Ticket]] = field(default_factory=dict)  # by person
    _lanes: dict[str, list[Ticket]] = field(default_factory=dict)  # the same by lane
    _taken: set[str] = field(default_factory=set)  # lanes
    _called: dict[str, Ticket] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)
    _served: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._known) - len(self._called)

    def __contains__(self, row_id: str) -> bool:
        return row_id in self._known

    @property
    def known(self) -> frozenset[str]:
        """Everybody in it, waiting or called."""
        return frozenset(self._known)

    @property
    def called(self) -> frozenset[str]:
        """Whose turn came and who has not left."""
        return frozenset(self._called)

    def ticket(self, row_id: str) -> Ticket:
        """Of somebody who is in it. Raises KeyError."""
        return self._known[row_id]

    def waiting(self, person: str) -> int:
        return len(self._waiting.get(person, ()))

    def open(self) -> None:
        self.opened = True
        self._call()

    def close(self) -> None:
        """Nobody is called any more; who waits keeps waiting."""
        self.opened = False

    def free(self, person: str, lane: str) -> bool:
        """Whether whoever joins now is called at once."""
        room = len(self._called) < self.at_once and self._busy[person] < self.most_each
        return self.opened and room and lane not in self._taken and lane not in self._lanes

    def join(self, ticket: Ticket) -> int:
        """The place in line, 0 for one that starts at once. Who is in it already keeps their place."""
        if ticket.row_id not in self._known:
            self._known[ticket.row_id] = ticket
            insort(self._waiting.setdefault(ticket.person, []), ticket)
            insort(self._lanes.setdefault(ticket.lane, []), ticket)
            self._call()
        return self.place(ticket)

    def place(self, ticket: Ticket) -> int:
        """At most so many are called until it is this one's turn, itself included."""
        line = self._waiting.get(ticket.person, [])
        if ticket not in line:
            return 0
        mine = line.index(ticket) + 1
        return mine + sum(min(len(o), mine) for person, o in self._waiting.items() if person != ticket.person)

    def left(self, row_id: str) -> None:
        """The work on it ended, well or not, whether it was called or done by somebody who did not ask."""
        ticket = self._known.pop(row_id, None)
        if ticket is None:
            return
        if self._called.pop(row_id, None) is None:
            self._forget(ticket)
            return
        self._busy[ticket.person] -= 1
        self._taken.discard(ticket.lane)
        if not self._busy[ticket.person] and ticket.person not in self._waiting:
            del self._busy[ticket.person], self._served[ticket.person]
        self._call()

    def _call(self) -> None:
        while self.opened and len(self._called) < self.at_once:
            ticket = self._next()
            if ticket is None:
                return
            self._take(ticket)
            self.start(ticket)

    def _next(self) -> Ticket | None:
        """Of those who may go: whoever has least under way, then whoever was not served for longest."""
        ready = [found for person in self._waiting if (found := self._ready(person)) is not None]
        return min(
            ready, key=lambda t: (self._busy[t.person], self._served.get(t.person, 0), t), default=None
        )

    def _ready(self, person: str) -> Ticket | None:
        if self._busy[person] >= self.most_each:
            return None
        return next((ticket for ticket in self._waiting[person] if self._first(ticket)), None)

    def _first(self, ticket: Ticket) -> bool:
        return ticket.lane not in self._taken and self._lanes[ticket.lane][0] is ticket

    def _take(self, ticket: Ticket) -> None:
        self._count += 1
        self._called[ticket.row_id] = ticket
        self._busy[ticket.person] += 1
        self._served[ticket.person] = self._count
        self._taken.add(ticket.lane)
        self._forget(ticket)

    def _forget(self, ticket: Ticket) -> None:
        """It does not wait any more."""
        _remove(self._lanes, ticket.lane, ticket)
        _remove(self._waiting, ticket.person, ticket)


def _remove(lines: dict[str, list[Ticket]], key: str, ticket: Ticket) -> None:
    lines[key].remove(ticket)
    if not lines[key]:
        del lines[key]

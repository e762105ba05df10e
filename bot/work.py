"""Admitted rows become work: messages through the engine, one at a time a thread; commands and clicks at once.

Both wait in a line that is fair to people while there is more than can be done. A row is finished when its work is. What
a process left behind, and what failed for a while, is taken up again here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog

from bot.excess import Excess
from bot.intake import Admitted, Intake, said_at, through_engine
from bot.line import Line, Ticket
from bot.metrics import WAITING
from bot.outgoing import SlackAwayError
from bot.turns import MAX_ATTEMPTS, Turns
from storage.clock import Clock
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.inbox import NEW, InboxRow, LaneTaken

AT_ONCE = 32
OF_ONE_PERSON = 24
LEFT_AFTER = timedelta(seconds=15)
AT_A_TIME = 1000  # rows that one sweep looks at
AGAIN_S, AGAIN_MAX_S = 0.1, 0.5  # how soon to look whether another process is done with the thread
Handler = Callable[[Admitted], Awaitable[None]]
log = structlog.get_logger(__name__)


class Queue(Protocol):
    """The engine, as far as messages need it."""

    def start_turn(self, inbox_id: str) -> Coroutine[Any, Any, None]: ...


@dataclass
class Work:
    """`at_once` has a handler for each kind that does not go through the engine; `queue` comes when it runs."""

    db: Database
    clock: Clock
    intake: Intake
    turns: Turns
    at_once: Mapping[str, Handler]
    excess: Excess
    queue: Queue | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    running: set[str] = field(default_factory=set)
    turning: dict[str, asyncio.Task[None]] = field(default_factory=dict)  # messages under way
    refusing: set[str] = field(default_factory=set)
    put_off: dict[str, int] = field(
        default_factory=dict
    )  # messages whose thread another process works on; tries
    _idle: frozenset[str] = frozenset()
    _fresh: Admitted | None = None

    def __post_init__(self) -> None:
        self.messages = Line(self._hand_over, AT_ONCE, OF_ONE_PERSON, opened=False)
        self.others = Line(self._spawn, AT_ONCE, OF_ONE_PERSON)
        WAITING.set_function(lambda: len(self.messages) + len(self.others))
        self.intake.at_once = lambda actor, place: self.messages.free(actor.id, place.key)

    async def take(self, work: Admitted) -> None:
        """Called after the row is stored, and begun if no engine carries it; returns at once."""
        line = self._line(work.delivery.kind, work.payload)
        lane = work.place.key if line is self.messages else work.row_id
        at = said_at(work.delivery.kind, work.payload, work.request.at)
        ticket = Ticket(at, work.row_id, work.actor.id, lane)
        if line.waiting(ticket.person) >= self.excess.each and work.row_id not in line:
            self.refusing.add(work.row_id)
            self._start(self._refuse(work), work.row_id)
            return
        self._fresh = work
        place = line.join(ticket)
        self._fresh = None
        if place > self.excess.queue:
            self._start(self.excess.busy(work, place), work.row_id)

    async def turn(self, row_id: str) -> None:
        """The work on a message, as the engine calls it, possibly twice: waits for what is under way, else does it.

        Who was not called waits in line or is done. Raises StoreUnavailable; another error is told where it is met.
        """
        if row_id not in self.messages.called:
            return
        under_way = self.turning.get(row_id) or self._turn(row_id)
        await asyncio.wait({under_way})
        if not under_way.cancelled() and isinstance(error := under_way.exception(), StoreUnavailable):
            raise error

    def _turn(self, row_id: str, fresh: Admitted | None = None) -> asyncio.Task[None]:
        task = self._start(self._message(row_id, fresh), row_id)
        self.turning[row_id] = task
        task.add_done_callback(lambda _: self.turning.pop(row_id, None))
        return task

    async def _message(self, row_id: str, fresh: Admitted | None) -> None:
        tries = self.put_off.pop(row_id, 0)
        with ExitStack() as leaving:
            leaving.callback(self.messages.left, row_id)
            try:
                await self.turns.run(row_id, fresh)
            except StoreUnavailable:
                leaving.pop_all()  # keeps its place: the engine tries again soon, the sweep later
                raise
            except LaneTaken:
                self._put_off(self.messages.ticket(row_id), tries)

    def _put_off(self, ticket: Ticket, tries: int) -> None:
        """Another process works on the thread: ours gives its place to others and comes again soon."""
        self.put_off[ticket.row_id] = tries + 1
        wait = min(AGAIN_S * 2**tries, AGAIN_MAX_S)
        asyncio.get_running_loop().call_later(wait, self.messages.join, ticket)

    async def take_over(self, queue: Queue, taken: frozenset[str]) -> None:
        """What processes before left joins the line before anybody is called. Raises StoreUnavailable."""
        self.queue = queue
        await self.sweep(taken)
        self.messages.open()

    async def sweep(self, taken: frozenset[str] = frozenset()) -> None:
        """Take up rows that nobody works on; those `taken` from a process that is gone at once. Raises StoreUnavailable."""
        held = self._held()  # looked at first: what ends while the rows are read is not left behind
        limit = None if taken else AT_A_TIME
        for row in await self.db.read_whole(lambda tx: self.db.inbox.unfinished(tx, limit)):
            ours = row.id not in taken
            if row.id not in held and self._abandoned(row, ours=ours):
                self._join_again(row, begun=not ours or row.state != NEW)
        self._look_after()

    def _held(self) -> frozenset[str]:
        return frozenset().union(
            self.messages.known,
            self.others.known,
            self.refusing,
            self.running,
            self.turns.running,
            self.put_off,
        )

    def _join_again(self, row: InboxRow, *, begun: bool) -> None:
        line = self._line(row.kind, row.payload)
        lane = f"{row.workspace}:{row.channel}:{row.thread}" if line is self.messages else row.id
        at = said_at(row.kind, row.payload, row.received_at)
        line.join(Ticket(at, row.id, row.actor_id, lane, begun))

    def _abandoned(self, row: InboxRow, *, ours: bool) -> bool:
        """`ours`: this process may be about to work on it."""
        left = self.clock.now() - (row.started_at or row.received_at) > LEFT_AFTER
        return row.state == NEW or not ours or left

    def _look_after(self) -> None:
        """Called and not worked on, twice in a row: the engine may know them as ended. They are worked on without it."""
        idle = self.messages.called - self.turns.running
        for row_id in idle & self._idle:
            self._turn(row_id)
        self._idle = idle

    def _line(self, kind: str, payload: Mapping[str, object]) -> Line:
        return self.messages if through_engine(kind, payload) else self.others

    def _hand_over(self, ticket: Ticket) -> None:
        """Begun at once, and the engine carries it from a moment later on. It knows a row that was begun before, and runs
        nothing twice.
        """
        self._turn(ticket.row_id, self._just_taken(ticket))
        if not ticket.begun and self.queue is not None:
            self._start(self.queue.start_turn(ticket.row_id), ticket.row_id)

    def _just_taken(self, ticket: Ticket) -> Admitted | None:
        """What is in hand already and was begun as it was stored; anything else is read and begun again."""
        fresh = self._fresh
        return fresh if fresh is not None and fresh.begun and fresh.row_id == ticket.row_id else None

    async def _refuse(self, work: Admitted) -> None:
        try:
            await self.excess.refuse(work)
        finally:
            self.refusing.discard(work.row_id)

    def _spawn(self, ticket: Ticket) -> None:
        self._start(self._direct(ticket.row_id, self._just_taken(ticket)), ticket.row_id)

    def _start(self, job: Coroutine[Any, Any, None], row_id: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(job)
        self.tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, row_id))
        return task

    def _ended(self, task: asyncio.Task[None], row_id: str) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, StoreUnavailable | SlackAwayError):
            log.warning("work_put_off", request=row_id, reason=str(error))
        else:
            log.error("work_failed", request=row_id, error=type(error).__name__, exc_info=error)

    async def _direct(self, row_id: str, fresh: Admitted | None) -> None:
        self.running.add(row_id)
        try:
            work = fresh or await self._again(row_id)
            if work is not None:
                await self._run(work)
        finally:
            self.running.discard(row_id)
            self.others.left(row_id)

    async def _again(self, row_id: str) -> Admitted | None:
        """One more try of what a process left behind or could not finish; None when that is enough."""
        row = await self.db.write_whole(lambda tx: self.db.inbox.start(tx, row_id))
        if row is None:
            return None
        work = await self.intake.again(row)
        if row.attempts > MAX_ATTEMPTS:
            await self.excess.give_up(work)
            return None
        return work

    async def _run(self, work: Admitted) -> None:
        refused = not work.served or work.place.shared_externally
        if refused and work.delivery.kind != "joined":  # nobody asked for anything
            await self.turns.refuse(work)
            return
        await self.at_once[work.delivery.kind](work)
        await self._finish(work.row_id, "done")

    async def _finish(self, row_id: str, state: str, note: str = "") -> None:
        await self.db.write_whole(lambda tx: self.db.inbox.finish(tx, row_id, state, note))

    def beside(self, job: Coroutine[Any, Any, None], name: str) -> None:
        """Something small that nobody waits for and that a dead process may forget."""
        self._start(job, name)

    def close(self) -> None:
        """Nothing more is begun; what waits is answered by the next start."""
        self.messages.close()
        self.others.close()

    async def drain(self, seconds: float) -> None:
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        for task in set(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

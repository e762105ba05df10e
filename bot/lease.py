"""This process among those that work on one database: its signs of life, and what it takes over from those that gave none.

The times of the lease are the database's; whether ours may have run out is judged by a clock of this machine that only goes
forward, from the moment in which the last sign of life was sent. See docs/decisions/0006-replicas.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.heard import Heard
from bot.metrics import ALIVE, TAKEOVERS
from storage.database import Database
from storage.errors import StoreUnavailable
from storage.tx import Tx

LEASE_S = 8.0
BEAT = 0.25  # of it passes between two signs of life
LOOK = 0.125  # and this between two looks at the others: a dead one waits for the look that comes after its lease
MARGIN = 0.25  # of it lies between the last thing that we do and the first moment in which we may be taken for dead
TAKEN_FOR_DEAD = "taken for dead"
MUTE = "its signs of life ended by an error: see the log"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the gone left and is ours now: rows of the inbox, and how many messages that were not sent.

    `left` are others that are not among the living any more: changes that they were about to begin are nobody's row.
    """

    rows: frozenset[str] = frozenset()
    messages: int = 0
    dead: tuple[str, ...] = ()
    left: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.rows or self.messages or self.dead or self.left)

    def __or__(self, more: Taken) -> Taken:
        return Taken(
            self.rows | more.rows,
            self.messages + more.messages,
            (*self.dead, *more.dead),
            self.left | more.left,
        )


def _now() -> float:
    """Seconds that also pass while the machine sleeps, where it can tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


Found = Callable[[Taken], Awaitable[None]]


@dataclass
class Lease:
    """On SQLite there is one process, and the lock of its file says so: nothing runs out, and nothing is looked for."""

    db: Database
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""  # it is lost, as a person reads it
    now: Callable[[], float] = _now
    living: frozenset[str] = frozenset()
    lease_s: float = LEASE_S
    _renewed: float = float("-inf")
    _steady_since: float = 0.0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _owed: Taken = Taken()  # taken, and what is to be done about it has not ended well

    def __post_init__(self) -> None:
        self._heard = Heard(self.now)
        self._left = frozenset[str]()

    @property
    def worker(self) -> str:
        return self.db.workers.me

    async def begin(self) -> None:
        """Raises StoreUnavailable."""
        self._renewed = self._steady_since = self.now()
        self.living = frozenset({self.worker})
        if self.db.shared:
            await self.db.write_whole(self.db.workers.begin)
            task = self._run(self._beat_on(), "signs of life")
            task.add_done_callback(self._mute)

    async def end(self) -> None:
        """Nothing of ours runs any more: others need not wait for the lease to run out."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            if self.db.shared:
                await self.db.write_whole(self.db.workers.leave)
        except StoreUnavailable as error:
            log.warning("not_signed_off", reason=str(error))

    async def buried(self, worker: str) -> bool:
        """Whether others took it for dead already. Raises StoreUnavailable."""
        return self.db.shared and await self.db.read_whole(lambda tx: self.db.workers.gone(tx, worker))

    async def bury(self, worker: str) -> None:
        """It is known to be dead: no need to wait until its lease has run out. Raises StoreUnavailable."""
        if worker and self.db.shared:
            await self.db.write_whole(lambda tx: self.db.workers.bury(tx, worker))

    # ours

    def valid(self) -> bool:
        """Whether nobody can have taken us for dead, nor will in the next moment."""
        if self.lost.is_set():
            return False
        return not self.db.shared or self.now() - self._renewed < (1 - MARGIN) * self.lease_s

    def must_hold(self) -> None:
        """Asked right before something that others see. Raises StoreUnavailable: it may come back."""
        if not self.valid():
            raise StoreUnavailable("this process could not give a sign of life")

    async def gone(self, tx: Tx, worker: str) -> bool:
        """Whether `worker` is dead for everybody. Where there is one process, everybody else is."""
        return worker != self.worker if not self.db.shared else await self.db.workers.gone(tx, worker)

    async def _beat_on(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(BEAT * self.lease_s)
            await self._beat()

    async def _beat(self) -> None:
        sent = self.now()
        try:
            alive = await self.db.write_apart(self.db.workers.beat)
        except StoreUnavailable as error:
            log.warning("no_sign_of_life", reason=str(error))
            return
        if not alive:
            self._lose(TAKEN_FOR_DEAD)
            log.error("taken_for_dead", worker=self.worker)
            return
        if sent - self._renewed > self.lease_s / 2:  # the database was away, for the others perhaps, too
            self._steady_since = sent
        self._renewed = sent

    # what others left

    def watch(self, found: Found) -> None:
        """From now on, look for processes that fell silent and for what nobody alive works on."""
        if self.db.shared:
            self._run(self._look_on(found), "what others left")

    async def take(self) -> Taken:
        """What the gone left is ours with this. Raises StoreUnavailable."""
        if not await self.db.read_whole(self._anything):
            return Taken()
        taken: Taken = await self.db.write_whole(self._take)
        self._left -= taken.left
        self._heard.forget(taken.dead)
        TAKEOVERS.inc(len(taken.dead))
        if taken:
            log.warning(
                "taken_over",
                dead=list(taken.dead),
                requests=len(taken.rows),
                messages=taken.messages,
                left=list(taken.left),
            )
        return taken

    async def _anything(self, tx: Tx) -> bool:
        db, alone = self.db, not self.db.shared
        if not alone:
            await self._listen(tx)
        return bool(self._left) or (
            await db.inbox.left(tx, alone=alone)
            or await db.outbox.left(tx, alone=alone)
            or bool(await self._silent(tx))
        )

    async def _listen(self, tx: Tx) -> None:
        signs = await self.db.workers.signs(tx)
        self._left |= self._heard.hear(signs)
        self.living = frozenset(signs)

    async def _silent(self, tx: Tx) -> list[str]:
        """By the database's clock and by ours: a step of the one alone makes nobody silent."""
        if not self._may_judge():
            return []
        silent, seconds = await self.db.workers.silent(tx, self.lease_s), (1 - MARGIN) * self.lease_s
        return [worker for worker in silent if self._heard.silent(worker, seconds)]

    async def _take(self, tx: Tx) -> Taken:
        db, alone = self.db, not self.db.shared
        dead = [one for one in await self._silent(tx) if await db.workers.declare_gone(tx, one, self.lease_s)]
        return Taken(
            await db.inbox.adopt(tx, alone=alone),
            await db.outbox.adopt(tx, alone=alone),
            tuple(dead),
            self._left,
        )

    def _may_judge(self) -> bool:
        """Only who was heard all the time knows that the others could have been, too."""
        return self.db.shared and self.valid() and self.now() - self._steady_since >= self.lease_s

    async def _look_on(self, found: Found) -> None:
        """Each look, and what is done about it, ends as it ends: the next one comes, and what was not done is done then."""
        while not self.lost.is_set():
            await asyncio.sleep(LOOK * self.lease_s)
            await asyncio.wait({self._run(self._look(found), "look at what others left")})

    async def _look(self, found: Found) -> None:
        try:
            self._owed |= await self.take()
            if self._owed:
                await found(self._owed)
        except StoreUnavailable as error:
            log.warning("look_put_off", reason=str(error))
        else:
            self._owed = Taken()

    async def everybody(self) -> frozenset[str]:
        """All that are alive, ourselves included. Raises StoreUnavailable."""
        return await self.db.read_whole(self.db.workers.living)

    async def state(self) -> str:
        """For `/healthz`: the others are counted as of the last look."""
        ALIVE.set(len(self.living))
        if not self.db.shared:
            return "ok"
        if self.lost.is_set():
            return self.why
        return f"ok, {len(self.living)} alive" if self.valid() else "no sign of life could be given"

    def _run(self, job: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(job, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("lease_task_ended", job=task.get_name(), exc_info=error)

    def _mute(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._lose(MUTE)  # we would be dead soon, and not know it

    def _lose(self, why: str) -> None:
        self.why = self.why or why
        self.lost.set()

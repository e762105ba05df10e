"""Watches looked after: each look once, as the person who asked, with the rights of this moment; a word on change alone.

A look is taken by one process, which moves its time forward first. What is said is planned in the transaction that notes what was
seen, so that a process that is killed before, between or after leaves nothing unsaid and nothing said twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from agents.gate.called import Called
from agents.people import Actor, Place, Request
from agents.watching.facts import facts_of
from agents.watching.news import news
from bot.commands.context import turn_of
from bot.core import Core
from bot.directory import Directory
from bot.intake import correlation_of
from bot.outgoing import Outgoing, SlackAwayError, SlackRefusesError
from bot.replies.blocks import Message
from bot.replies.text import Outbound
from bot.replies.watch import UNWATCHED, changed, lost, over, unclosed, unread
from storage.audit.events import AuditEvent, EventType
from storage.errors import StoreUnavailable
from storage.tx import Tx
from storage.watches import WatchRow

KIND: Final = "watch"
EVERY: Final = timedelta(minutes=1)
LATE: Final = 3 * EVERY  # later than that is a gap, and named
BACK: Final = timedelta(minutes=10)  # a clock so far before the last look was put back
AT_ONCE: Final = 4
LOG: Final = 40  # changes that the closing line may draw on
SECONDS: Final = 30.0
GONE: Final = "whoever asked may not read it here any more"
BROKE: Final = "my look failed in a way that I did not foresee, which is in my log"
log = structlog.get_logger(__name__)


def due(row: WatchRow, now: datetime) -> bool:
    """A minute after the last look; and where the clock was put back by more than clocks differ, now."""
    return now - row.looked_at >= EVERY or now < row.looked_at - BACK


@dataclass
class Watches:
    core: Core
    outgoing: Outgoing
    directory: Directory
    out: Outbound
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def look(self) -> None:
        """Every few seconds, in every process. A store or a Slack that is away is waited for."""
        db, now = self.core.db, self.core.clock.now()
        try:
            rows = await db.read_whole(partial(db.watches.running, workspace=self.outgoing.workspace))
        except StoreUnavailable as error:
            log.warning("watches_put_off", reason=str(error))
            return
        failed = await _each(self._one, rows, now)
        await _each(self._own_up, failed, now)

    async def _one(self, row: WatchRow, now: datetime) -> None:
        async with self._places:
            if due(row, now) or now >= row.ends_at > row.looked_at:
                await self._look(_gap(row, min(now, row.ends_at)), row, now)

    async def _look(self, row: WatchRow, was: WatchRow, now: datetime) -> None:
        actor = await self.core.relays.accounts.actor(row.owner)
        if actor.standing == "unknown":  # Slack does not say now; that is neither a yes nor a no
            return
        place = await self._place(row)
        if place.shared_externally and not self.directory.knows(row.channel):
            return  # nor is this
        look = partial(self.core.db.watches.look, row=was, at=now, log=row.log)
        if not await self.core.db.write_whole(look):
            return
        called = await self._read(row, actor, place, now)
        if called.kind == "refused":
            await self._tell(replace(row, log=[]), lost(row, self.out), ended=GONE)
        elif now >= row.ends_at:
            await self._close(row, called, now)
        else:
            await self._compared(row, called)

    async def _place(self, row: WatchRow) -> Place:
        if row.channel.startswith("D"):
            return Place(row.workspace, row.channel, row.thread, kind="dm")
        shared = await self.directory.shared_externally(row.channel)
        return Place(row.workspace, row.channel, row.thread, shared_externally=shared)

    async def _read(self, row: WatchRow, actor: Actor, place: Place, now: datetime) -> Called:
        request = Request(
            f"{row.id}:{now:%Y%m%dT%H%M%SZ}", correlation_of(place), actor, place, row.title, now
        )
        return await self.core.gate.call(turn_of(request, SECONDS), row.tool, row.args)

    async def _compared(self, row: WatchRow, called: Called) -> None:
        now, lines = _heard(row, called)
        if lines:
            await self._tell(now, changed(row, lines, self.out))
        elif now.trouble and not row.trouble:
            await self._tell(now, unread(row, now.trouble, self.out))

    async def _close(self, row: WatchRow, called: Called, now: datetime) -> None:
        """What is read long after the end is no part of it."""
        last = _heard(row, called)[0] if now - row.ends_at <= EVERY else row
        await self._tell(last, over(last, self.out), ended="over")

    async def _own_up(self, row: WatchRow, now: datetime) -> None:
        """Of a look that failed unexpectedly, once. The next one is a minute away even where this one was not taken."""
        db = self.core.db
        await db.write_whole(partial(db.watches.look, row=row, at=now, log=row.log))
        kept = await db.read_whole(partial(db.watches.get, workspace=row.workspace, watch=row.id))
        if kept is None or kept.ended:
            return
        if now >= kept.ends_at:
            await self._tell(kept, unclosed(kept, self.out), ended=BROKE)
        elif not kept.trouble:
            await self._tell(replace(kept, trouble=BROKE), unread(kept, BROKE, self.out))

    async def _tell(self, row: WatchRow, message: Message, ended: str = "") -> None:
        """`row` is as it is noted, but for the count of its messages."""
        db, key = self.core.db, f"watch:{row.id}:{row.said}"

        async def write(tx: Tx) -> bool:
            told = await db.watches.tell(
                tx, row, seen=row.seen, trouble=row.trouble, log=row.log, ended=ended
            )
            if told:
                await db.outbox.plan(
                    tx, key=key, workspace=self.outgoing.workspace, channel=row.channel, thread=row.thread,
                    kind=KIND, body=message.payload(),
                )  # fmt: skip
            if told and ended:
                await self.core.trail.record(tx, event(row, ended))
            return told

        if not await db.write_whole(write):
            return
        try:
            await self.outgoing.resend(key)
        except SlackRefusesError as error:
            await db.write_whole(
                partial(db.watches.end, watch=row.id, why=f"Slack does not take it: {error}")
            )
        except SlackAwayError as error:
            log.warning("watch_unsent", watch=row.id, reason=str(error))


async def _each(
    do: Callable[[WatchRow, datetime], Awaitable[None]], rows: Sequence[WatchRow], now: datetime
) -> list[WatchRow]:
    """Each by itself. Those that failed unexpectedly, which is logged and keeps none of the others."""
    ends = await asyncio.gather(*(do(row, now) for row in rows), return_exceptions=True)
    failed = {row.id: end for row, end in zip(rows, ends, strict=True) if isinstance(end, Exception)}
    away = {name: error for name, error in failed.items() if isinstance(error, StoreUnavailable)}
    if away:
        log.warning("watches_put_off", reason=str(next(iter(away.values()))), watches=len(away))
    unexpected = [row for row in rows if row.id in failed.keys() - away.keys()]
    for row in unexpected:
        log.error("watch_failed", watch=row.id, tool=row.tool, exc_info=failed[row.id])
    return unexpected


def _heard(row: WatchRow, called: Called) -> tuple[WatchRow, list[str]]:
    """The watch as it is after this reading, and what of it is worth a word."""
    if called.result is None or not called.ok:
        return replace(row, trouble=row.trouble or called.error or "it does not answer"), []
    whole = not called.result.could_not_see
    lines, seen = news(row.seen, facts_of(row.tool, called.result.data), whole=whole)
    if row.trouble:
        lines = ["I can read it again", *(lines or ["as it was before"])]
    told = [*row.log, *lines][-LOG:]
    return (replace(row, seen=seen, trouble="", log=told) if lines else row), lines


def _gap(row: WatchRow, until: datetime) -> WatchRow:
    """Nobody looked for longer than a look may be late: that is part of what there is to say."""
    if until - row.looked_at <= LATE:
        return row
    said = f"{UNWATCHED} {row.looked_at:%H:%M} to {until:%H:%M} UTC"
    return replace(row, log=[*row.log, said][-LOG:])


def event(row: WatchRow, result: str) -> AuditEvent:
    detail = {
        "what": "watch",
        "id": row.id,
        "tool": row.tool,
        "owner": row.owner,
        "until": row.ends_at.isoformat(),
    }
    return AuditEvent(
        type=EventType.CONFIG_CHANGED,
        workspace=row.workspace,
        channel=row.channel,
        result=result,
        detail=detail,
    )

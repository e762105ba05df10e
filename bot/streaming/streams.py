"""The streams of this process, and those that a process before it left: each is begun once, and ended once.

A row of the outbox says that a stream was about to start and, from a moment later on, its name. Who finds the row
without a name looks in the thread for the message whose cards carry our mark. See docs/decisions/0008-streamed-answers.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog

from bot.replies.blocks import Message
from bot.replies.text import Outbound
from bot.streaming.ability import Ability
from bot.streaming.ending import ended
from bot.streaming.steps import Steps
from bot.streaming.stream import Pace, Stream, Where
from bot.telling import SlackAwayError, Telling
from storage.database import Database
from storage.outbox import OutboxRow

log = structlog.get_logger(__name__)

KIND: Final = "stream"
STOPPED = Message("I stopped working on this: nothing was answered and nothing was changed by it.")
Find = Callable[[OutboxRow, Callable[[Mapping[str, Any]], bool]], Awaitable[str]]
Hush = Callable[[str, str], Awaitable[None]]


@dataclass
class Streams:
    """`find` looks for a message of a planned row; `hush` ends the status line of a thread."""

    telling: Telling
    db: Database
    workspace: str
    out: Outbound
    find: Find
    hush: Hush
    ability: Ability = field(default_factory=Ability)
    pace: Pace = Pace()
    _known: dict[str, Stream] = field(default_factory=dict)  # by the key of the answer

    def begin(self, key: str, where: Where) -> Stream:
        """For the answer that will be posted under `key`. Nothing is shown before its first step."""
        if key not in self._known:
            self._known[key] = self._made(key, where)
        self._known[key].work()
        return self._known[key]

    async def earlier(self, key: str, where: Where) -> None:
        """What an earlier try began, here or in a process that is gone, is gone on with."""
        if key in self._known:
            return
        row = await self.db.read_whole(lambda tx: self.db.outbox.get(tx, _name(key)))
        if row is None:
            return
        stream = self._known[key] = self._made(key, where)
        stream.begun = True
        stream.ts = row.ts
        stream.streaming = bool(row.ts)  # if Slack has ended it, it says so

    async def finish(self, answer: OutboxRow, metadata: dict[str, Any], *, fresh: bool) -> str:
        """The ts of the message that became this answer; empty where none was begun. Raises SlackAwayError."""
        if not fresh:
            await self.earlier(answer.key, Where(answer.channel, answer.thread, "", ""))
        stream = self._known.get(answer.key)
        if stream is None or not stream.begun:
            return ""
        if ts := stream.ts or await self._lost(answer.key, stream):
            place = {"channel": answer.channel, "ts": ts}
            if await ended(self.telling, place, answer.body, metadata, stream.last_news()):
                stream.answered = True
                return ts
        stream.answered = True
        await self._forget(answer.key)
        return ""

    def begun(self, key: str) -> bool:
        """Whether anything of it may be in Slack."""
        return key in self._known and self._known[key].begun

    def drop(self, key: str) -> None:
        """It became the answer, or none was begun."""
        self._known.pop(key, None)

    async def over(self, key: str) -> None:
        """The work under `key` has ended. Where nothing was answered, what people saw begin is told to be over."""
        stream = self._known.pop(key, None)
        if stream is None or not stream.begun or stream.answered:
            return
        try:
            if ts := stream.ts or await self._lost(key, stream):
                place = {"channel": stream.where.channel, "ts": ts}
                await ended(self.telling, place, STOPPED.payload(), {}, stream.last_news())
        except SlackAwayError as error:
            log.info(
                "stream_left_open", reason=str(error)
            )  # Slack ends it, half a minute after its last step

    def _made(self, key: str, where: Where) -> Stream:
        return Stream(
            where,
            Steps(_name(key), self.out),
            self.telling,
            self.ability,
            note=partial(self._note, key, where),
            forget=partial(self._forget, key),
            hush=partial(self.hush, where.channel, where.thread),
            pace=self.pace,
        )

    async def _note(self, key: str, where: Where, ts: str) -> None:
        name = _name(key)
        if ts:
            await self.db.write_whole(lambda tx: self.db.outbox.sent(tx, key=name, ts=ts))
            return
        plan = partial(
            self.db.outbox.plan, key=name, workspace=self.workspace, channel=where.channel,
            thread=where.thread, kind=KIND, body={},
        )  # fmt: skip
        await self.db.write_whole(plan)

    async def _forget(self, key: str) -> None:
        await self.db.write_whole(lambda tx: self.db.outbox.forget(tx, _name(key)))

    async def _lost(self, key: str, stream: Stream) -> str:
        """Slack may have started it, and nobody came to write down how it is called."""
        row = await self.db.read_whole(lambda tx: self.db.outbox.get(tx, _name(key)))
        if row is None:
            return ""
        stream.ts = row.ts or await self.find(row, partial(_marked, f"{_name(key)}:"))
        await (self._note(key, stream.where, stream.ts) if stream.ts else self._forget(key))
        return stream.ts


def _name(key: str) -> str:
    return f"{KIND}:{key}"


def _marked(mark: str, message: Mapping[str, Any]) -> bool:
    """Whether one of its cards carries our mark."""
    for block in message.get("blocks") or []:
        cards = [block, *(block.get("tasks") or [])]
        if any(str(card.get("task_id", "")).startswith(mark) for card in cards):
            return True
    return False

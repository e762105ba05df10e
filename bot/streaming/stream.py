"""One message that shows how an answer is made, and becomes the answer.

Shown only when the work takes longer than a moment. A stream that Slack has ended goes on by edits of the same message;
where none can be started, the status line says what is done, as without streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from bot.replies.blocks import Message
from bot.replies.limits import BLOCKS_PER_MESSAGE
from bot.streaming.ability import Ability
from bot.streaming.ending import ENDED
from bot.streaming.steps import Steps
from bot.telling import SlackAwayError, SlackBusyError, SlackLostError, SlackRefusesError, Telling
from storage.errors import StoreUnavailable

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 10.0


@dataclass(frozen=True)
class Pace:
    """How long work takes before it is shown; then a sign of life each `heartbeat_s`, and edits `edit_s` apart."""

    after_s: float = 1.5
    heartbeat_s: float = 10.0  # Slack ends a stream of which it hears nothing for half a minute
    edit_s: float = 5.0  # Slack takes 50 edits a minute from all of us


@dataclass(frozen=True)
class Where:
    """A stream in a channel is for one person, who is named with their team."""

    channel: str
    thread: str
    user: str
    team: str


@dataclass
class Stream:
    """`note` writes down that a stream is about to start, and then its ts; `hush` ends the status line."""

    where: Where
    steps: Steps
    telling: Telling
    ability: Ability
    note: Callable[[str], Awaitable[None]]
    forget: Callable[[], Awaitable[None]]
    hush: Callable[[], Awaitable[None]]
    pace: Pace = Pace()
    ts: str = ""
    begun: bool = False  # Slack was asked to start it: it is there, or may be
    covers: bool = False  # steps are shown here, or about to be, and not in the status line
    answered: bool = False  # it became the answer, or the answer is posted in its place
    streaming: bool = False  # as far as we know, Slack takes more of it
    _timer: asyncio.TimerHandle | None = None
    _task: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def work(self) -> None:
        """From now on steps may come; the same again where an earlier try was broken off."""
        self._over.clear()
        self._timer = asyncio.get_running_loop().call_later(0 if self.ts else self.pace.after_s, self._open)

    def step(self, words: str) -> None:
        self.steps.begin(words, self._now())
        self._news.set()

    def ended(self, words: str, *, well: bool) -> None:
        self.steps.end(words, well=well)
        self._news.set()

    async def rest(self, *, well: bool) -> None:
        """No more steps. When this returns, no call is under way."""
        self.steps.end_all(well=well)
        self._over.set()
        if self._timer is not None:
            self._timer.cancel()
        task, self._task = self._task, None
        if task is not None:
            _, late = await asyncio.wait({task}, timeout=PATIENCE_S)
            for one in late:
                one.cancel()
            await asyncio.wait({task})

    def last_news(self) -> list[dict[str, Any]]:
        """For the call that ends it."""
        news = self.steps.news(self._now())
        return [self._headline(), *news] if news else []

    def crowned(self, message: Message) -> Message:
        """With the steps above it, where people saw them and no part of the answer has to go for them."""
        if not (self.begun and self.steps) or len(message.blocks) >= BLOCKS_PER_MESSAGE:
            return message
        return replace(message, blocks=(self.steps.block(self._now()), *message.blocks))

    def _open(self) -> None:
        self._task = asyncio.create_task(self._show(), name="stream")
        self._task.add_done_callback(_logged)

    async def _show(self) -> None:
        """Beside the work, and never failing it."""
        if not self.ts and (self.begun or not await self._started()):
            return
        self.covers = True
        self.ability.open += 1
        try:
            while not await self._quiet():
                self._news.clear()
                await self._tell()
                if not self.covers or await self._pause(
                    self.ability.pause if self.streaming else self.pace.edit_s
                ):
                    return
        finally:
            self.ability.open -= 1

    async def _started(self) -> bool:
        if await self._quiet(beating=False) or not self.ability.may_start(self.where.channel):
            return False
        self.covers = True
        await self.hush()
        try:
            await self._asked()
        except StoreUnavailable as error:
            log.info("stream_not_noted", reason=str(error))
        self.covers = bool(self.ts)
        return self.covers

    async def _asked(self) -> None:
        try:
            await self.note("")
            self.begun = True
            self._news.clear()
            self.ts = await self._start()
            self.streaming = True
            await self.note(self.ts)
        except SlackLostError as error:
            log.info("stream_lost", reason=str(error))  # looked for when the answer is there
        except SlackAwayError as error:
            await self._refused(error)

    async def _start(self) -> str:
        where = self.where
        answer = await self.telling.try_once(
            "chat_startStream",
            channel=where.channel,
            thread_ts=where.thread,
            recipient_user_id=where.user,
            recipient_team_id=where.team,
            task_display_mode="plan",
            chunks=[self._headline(), *self.steps.news(self._now())],
        )
        return str(answer["ts"])

    async def _refused(self, error: SlackAwayError) -> None:
        self.begun = False
        if isinstance(error, SlackBusyError):
            self.ability.busy(error.seconds)
        elif not isinstance(error, SlackRefusesError):  # that one is about this thread
            self.ability.refused(self.where.channel, error.reason)
        await self.forget()

    async def _tell(self) -> None:
        if not (chunks := self.steps.news(self._now())):
            return
        try:
            if self.streaming:
                await self._append(chunks)
            else:
                await self._edit()
        except (SlackAwayError, StoreUnavailable) as error:
            log.debug("steps_not_shown", reason=str(error))
            self.steps.unsaid(chunks)  # with the next try
            self._news.set()
            self.covers = not isinstance(error, SlackRefusesError)  # nobody sees it any more
            if isinstance(error, SlackBusyError):
                await self._pause(error.seconds)

    async def _append(self, chunks: list[dict[str, Any]]) -> None:
        try:
            await self.telling.try_once(
                "chat_appendStream",
                channel=self.where.channel,
                ts=self.ts,
                chunks=[self._headline(), *chunks],
            )
        except SlackAwayError as error:
            if error.reason == ENDED:
                self.streaming = False
            raise

    async def _edit(self) -> None:
        """Where Slack has ended the stream, or another process began it and Slack ended it meanwhile."""
        block = self.steps.block(self._now())
        text = f"I am still working on this. {self.steps.headline()}."
        await self.telling.try_once(
            "chat_update", channel=self.where.channel, ts=self.ts, text=text, blocks=[block]
        )

    def _headline(self) -> dict[str, Any]:
        return {"type": "plan_update", "title": self.steps.headline()}

    async def _quiet(self, *, beating: bool = True) -> bool:
        """Until there is something to say; whether it is over."""
        either = [asyncio.create_task(event.wait()) for event in (self._news, self._over)]
        try:
            done, _ = await asyncio.wait(
                either,
                timeout=self.pace.heartbeat_s if beating else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for task in either:
                task.cancel()
        if not done:
            self.steps.beat()
        return self._over.is_set()

    async def _pause(self, seconds: float) -> bool:
        """Whether it is over."""
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _logged(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("stream_failed", error=type(error).__name__, exc_info=error)

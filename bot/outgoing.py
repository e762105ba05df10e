"""Everything that is posted to Slack: once, to the channel the envelope named, with a key to recognise it by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.lease import Lease
from bot.replies.blocks import Message
from bot.replies.limits import EDITED_TEXT
from bot.replies.text import cut_bytes
from bot.slackclient import AWAY
from bot.statusline import StatusLine
from bot.streaming.steps import above
from bot.streaming.streams import KIND as STREAM
from bot.streaming.streams import Streams
from bot.telling import AGAIN_S, SlackAwayError, SlackBusyError, SlackRefusesError, Telling
from storage.database import Database
from storage.outbox import OutboxRow
from storage.tx import Job, Tx

__all__ = ["Coalescer", "LeftToAnotherError", "Outgoing", "Posted", "SlackAwayError", "SlackRefusesError"]
log = structlog.get_logger(__name__)

BEFORE = timedelta(minutes=5)  # clocks differ: so much earlier a message is looked for than it was planned
PAGE, PAGES = 200, 25
METADATA_TYPE = "cloudops_message"
ANOTHER_S = 3.0  # how long to wait for what another process is about to send
LOOK_S = 0.1


class LeftToAnotherError(SlackAwayError):
    """Another process planned the message and is about to send it."""


@dataclass
class Posted:
    """What Slack took; `beside` is written together with the note of it."""

    ts: str
    beside: list[Job[object]] = field(default_factory=list)


@dataclass
class Outgoing:
    client: AsyncWebClient
    db: Database
    workspace: str
    lease: Lease
    streams: Streams | None = None
    _slack: Telling = field(init=False)
    _statuses: dict[tuple[str, str], StatusLine] = field(default_factory=dict)
    _sending: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self._slack = Telling(self.client, self.lease)

    async def post(self, key: str, channel: str, thread: str, message: Message, kind: str = "reply") -> str:
        """Post `message` once under `key`; returns its ts. Raises SlackAwayError when Slack does not take it."""
        async with self.posting(key, channel, thread, message, kind) as posted:
            return posted.ts

    @asynccontextmanager
    async def posting(
        self, key: str, channel: str, thread: str, message: Message, kind: str = "reply"
    ) -> AsyncIterator[Posted]:
        """As `post`, and noted as it is left, in one transaction with what was put `beside` meanwhile."""
        plan = partial(
            self.db.outbox.plan,
            key=key,
            workspace=self.workspace,
            channel=channel,
            thread=thread,
            kind=kind,
            body=message.payload(),
        )
        async with self._alone(key):
            row, fresh = await self.db.write_whole(plan)
            row = await self._ours(row)
            posted = Posted(await self._taken(row, fresh=fresh))
            yield posted
            await self._note(row, posted)

    async def resend(self, key: str) -> str:
        """What was planned under `key` by whoever could not send it; its ts, empty when nothing was planned."""
        async with self._alone(key):
            row = await self.db.read_whole(lambda tx: self.db.outbox.get(tx, key))
            if row is None:
                return ""
            row = await self._ours(row)
            posted = Posted(await self._taken(row, fresh=False))
            await self._note(row, posted)
            return posted.ts

    async def _ours(self, row: OutboxRow) -> OutboxRow:
        """Once it is sent by who planned it, or ours because that one is gone. Raises LeftToAnotherError."""
        until = time.monotonic() + ANOTHER_S
        while self.db.outbox.left_to_another(row):
            if time.monotonic() > until:
                raise LeftToAnotherError(f"{row.kind}: another process is about to post it")
            await asyncio.sleep(LOOK_S)
            row = await self.db.read_whole(partial(self.db.outbox.there, key=row.key))
        return row

    def _alone(self, key: str) -> asyncio.Lock:
        """Who waits here finds what the one before sent; the lock is gone when nobody holds it."""
        return self._sending.setdefault(key, asyncio.Lock())

    async def resend_all(self) -> int:
        """Everything planned and not sent. How many were looked at; stops when Slack is away, not at a closed channel."""
        rows = await self.db.read_whole(self.db.outbox.unsent)
        closed: set[tuple[str, str]] = set()
        for count, row in enumerate(rows):
            if row.kind == STREAM or row.key in self._sending or (row.channel, row.thread) in closed:
                continue
            try:
                await self.resend(row.key)
            except SlackRefusesError as error:
                closed.add((row.channel, row.thread))
                log.info("nowhere_to_post", channel=row.channel, kind=row.kind, reason=str(error))
            except SlackAwayError as error:
                log.warning("still_unsent", left=len(rows) - count, reason=str(error))
                return count
        return len(rows)

    async def _taken(self, row: OutboxRow, *, fresh: bool) -> str:
        """The ts under which Slack has it, now or since an earlier try."""
        metadata = {"event_type": METADATA_TYPE, "event_payload": {"key": row.key}}
        ts = row.ts or await self._streamed(row, metadata, fresh=fresh)
        fresh = fresh and not (self.streams and self.streams.begun(row.key))
        ts = ts or ("" if fresh else await self.find(row, partial(_carries, row.key)))
        if ts:
            return ts
        extra = {"thread_ts": row.thread} if row.thread else {}
        body = {**row.body, "blocks": above(row.body.get("blocks") or [])[1]}
        post = partial(
            self._slack.once, "chat_postMessage", channel=row.channel, metadata=metadata, **extra, **body
        )
        for pause in AGAIN_S:
            try:
                return str((await post())["ts"])
            except (SlackRefusesError, SlackBusyError):
                raise
            except SlackAwayError:
                await asyncio.sleep(pause)
            if ts := await self.find(row, partial(_carries, row.key)):
                return ts
        return str((await post())["ts"])

    async def _streamed(self, row: OutboxRow, metadata: dict[str, Any], *, fresh: bool) -> str:
        """The ts of the stream that became this message."""
        if self.streams is None or row.kind != "reply":
            return ""
        return await self.streams.finish(row, metadata, fresh=fresh)

    async def _note(self, row: OutboxRow, posted: Posted) -> None:
        async def write(tx: Tx) -> None:
            await self.db.outbox.sent(tx, key=row.key, ts=posted.ts)
            for job in posted.beside:
                await job(tx)

        if posted.beside or not row.ts:
            await self.db.write_whole(write)

    async def find(self, row: OutboxRow, fits: Callable[[Mapping[str, Any]], bool]) -> str:
        """A process may have died after Slack took the message and before we wrote that down."""
        method = "conversations_replies" if row.thread else "conversations_history"
        where = {"channel": row.channel, **({"ts": row.thread} if row.thread else {})}
        oldest = f"{(self.db.outbox.since(row) - BEFORE).timestamp():.6f}"
        cursor = ""
        for _ in range(PAGES):
            answer = await self._slack.ask(
                method, **where, oldest=oldest, include_all_metadata=True, limit=PAGE, cursor=cursor
            )
            found = next((message for message in answer.get("messages") or [] if fits(message)), None)
            if found is not None:
                return str(found["ts"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return ""
        raise SlackAwayError(f"{method}: too much was said to look through")

    async def edit(self, channel: str, ts: str, message: Message) -> None:
        await self._slack.tell("chat_update", channel=channel, ts=ts, **_editable(message))

    async def whisper(self, channel: str, user: str, message: Message, thread: str = "") -> bool:
        """Only `user` sees it; False where Slack does not show it, and then nothing is shown to others instead."""
        extra = {"thread_ts": thread} if thread else {}
        payload = {k: v for k, v in message.payload().items() if k in {"text", "blocks"}}
        try:
            await self._slack.tell("chat_postEphemeral", channel=channel, user=user, **extra, **payload)
        except SlackAwayError as error:
            log.warning("whisper_lost", channel=channel, user=user, reason=str(error))
            return False
        return True

    async def open_window(self, trigger_id: str, view: Mapping[str, Any]) -> str:
        """The id under which it is filled later; empty where it did not open: a trigger lives three seconds, works once."""
        try:
            answer = await self._slack.tell("views_open", trigger_id=trigger_id, view=dict(view))
        except SlackAwayError as error:
            log.warning("modal_not_opened", reason=str(error))
            return ""
        return str((answer.get("view") or {}).get("id") or "")

    async def fill_window(self, view_id: str, view: Mapping[str, Any]) -> str:
        """Why it was not filled, in Slack's word for it; empty when it was."""
        try:
            await self._slack.tell("views_update", view_id=view_id, view=dict(view))
        except SlackAwayError as error:
            log.info("modal_not_filled", reason=str(error))
            return error.reason or "away"
        return ""

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        await self._slack.tell("views_publish", user_id=user, view=dict(view))

    async def suggest(self, channel: str, prompts: Sequence[tuple[str, str]]) -> bool:
        """What a person may say next in the agent's conversation; whether Slack shows it."""
        shown = [{"title": title, "message": message} for title, message in prompts]
        try:
            await self.client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=shown)
        except (SlackApiError, *AWAY) as error:
            log.debug("prompts_not_shown", reason=type(error).__name__)
            return False
        return True

    def status(self, channel: str, thread: str, text: str) -> None:
        """Name the real step, beside the work and never failing it; what Slack has not taken yet is passed over."""
        line = self._statuses.setdefault((channel, thread), StatusLine(partial(self._show, channel, thread)))
        line.say(text)

    async def settled(self, channel: str, thread: str, *, answered: bool) -> None:
        """No more steps. Slack clears the status when a reply comes, so none may follow it; without a reply we clear."""
        line = self._statuses.pop((channel, thread), None)
        if line is not None:
            await line.end("" if not answered else None)

    async def _show(self, channel: str, thread: str, text: str) -> None:
        try:
            await self.client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=text)
        except (SlackApiError, *AWAY) as error:
            log.debug("status_not_shown", reason=type(error).__name__)


def _carries(key: str, message: Mapping[str, Any]) -> bool:
    """Whether it is the one that was planned under this key."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return bool(payload.get("key") == key)


def _editable(message: Message) -> dict[str, Any]:
    payload = message.payload()
    return {"text": cut_bytes(payload["text"], EDITED_TEXT), "blocks": payload["blocks"]}


@dataclass
class Coalescer:
    """Runs one job a key at a time, again if asked meanwhile, at most once per `pause` seconds."""

    pause: float = 1.2
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)

    def ask(self, key: str, job: Any) -> None:
        """`job` is an async function without arguments; it reads the latest state when it runs."""
        if key in self._running:
            self._again.add(key)
            return
        task = asyncio.create_task(self._run(key, job), name=f"coalesce:{key}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    async def _run(self, key: str, job: Any) -> None:
        while True:
            self._again.discard(key)
            await job()
            await asyncio.sleep(self.pause)
            if key not in self._again:
                return

    async def drain(self) -> None:
        """Wait for what runs; for shutdown."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

"""The whole workspace in one object: everything that methods, payloads and the local API work on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.slack.core.calls import CallLog
from sandbox.slack.core.channels import Channel, Channels
from sandbox.slack.core.faults import Faults
from sandbox.slack.core.feed import Feed
from sandbox.slack.core.files import File, Files
from sandbox.slack.core.journal import Journal, Record
from sandbox.slack.core.limiter import Limiter
from sandbox.slack.core.manifest import AppManifest
from sandbox.slack.core.messages import Messages
from sandbox.slack.core.people import APP_ID, People
from sandbox.slack.core.responses import Responses
from sandbox.slack.core.stamps import Stamps
from sandbox.slack.core.timing import Timing
from sandbox.slack.core.triggers import Triggers
from sandbox.slack.core.views import Views
from sandbox.slack.delivery.courier import Courier
from sandbox.slack.delivery.links import Links
from sandbox.slack.delivery.records import Row

Json = dict[str, Any]


@dataclass(slots=True)
class Ephemeral:
    """A message that one person sees until the page is loaded anew."""

    user: str
    channel: str
    thread_ts: str
    message: Json

    def as_json(self) -> Json:
        found = {"user": self.user, "channel": self.channel, "message": self.message}
        return found | ({"thread_ts": self.thread_ts} if self.thread_ts else {})


@dataclass(slots=True)
class Stream:
    channel: str
    ts: str
    touched: float
    begun: float
    mode: str = "timeline"
    text: str = ""
    title: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    blocks: list[Json] = field(default_factory=list)


class Workspace:
    def __init__(
        self, manifest: AppManifest, *, state: Path | None, timing: Timing, clock: Callable[[], float]
    ) -> None:
        self.manifest, self.timing, self.clock = manifest, timing, clock
        self.url = ""
        self.bot_token = f"xoxb-local-{secrets.token_hex(12)}"
        self.app_token = f"xapp-local-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.verification_token = secrets.token_hex(12)
        self.people = People(manifest.bot_name)
        self.channels = Channels()
        self.messages = Messages()
        self.ephemerals: list[Ephemeral] = []
        self.views = Views(clock)
        self.triggers = Triggers(clock, timing.trigger)
        self.responses = Responses(clock, timing)
        self.files = Files(state)
        self.streams: dict[tuple[str, str], Stream] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.prompts: dict[str, Json] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.scheduled: dict[str, Json] = {}
        self.choices: dict[tuple[str, str], Json] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self.faults = Faults()
        self.limiter: Limiter | None = None
        self.calls = CallLog()
        self.feed = Feed()
        self.stamps = Stamps(clock)
        self.journal = Journal(state)
        self.links = Links(APP_ID, self._linked)
        self.courier = Courier(self.links, timing, self._delivered)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` then, unless the workspace has stopped."""
        self._timers.append(asyncio.get_running_loop().call_later(max(0.0, seconds), act))

    def stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _linked(self, count: int) -> None:
        self.feed.tell("connections", {"count": count})

    def _delivered(self, row: Row) -> None:
        self.feed.tell("delivery", row.as_json())

    def viewers(self, channel: Channel) -> frozenset[str]:
        return frozenset(person.id for person in self.people if channel.seen_by(person))

    def remember(self) -> None:
        """Read what an earlier run left, then go on from there."""
        for record in self.journal.read():
            self._restore(record)
        self.journal.restart(self._records())

    def _restore(self, record: Record) -> None:
        match record.get("kind"):
            case "message":
                record["message"].pop("streaming_state", None)  # its stream died with the earlier run
                self.messages.put(record["channel"], record["message"])
                self.stamps.passed(record["message"]["ts"])
            case "dropped":
                self.messages.drop(record["channel"], record["ts"])
                self.stamps.passed(record["ts"])
            case "stamp":
                self.stamps.passed(record["ts"])
            case "channel":
                self.channels.add(Channel(**record["channel"]))
            case "file":
                self.files.add(File(**record["file"]))

    def _records(self) -> Iterator[Record]:
        yield {"kind": "stamp", "ts": self.stamps.last}
        for channel in self.channels:
            yield {"kind": "channel", "channel": channel.as_record()}
        for file in self.files:
            yield {"kind": "file", "file": file.as_record()}
        for key, message in self.messages:
            yield {"kind": "message", "channel": key, "message": message}

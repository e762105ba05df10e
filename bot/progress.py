"""What a turn does right now, for the people in its thread."""

from __future__ import annotations

from dataclasses import dataclass

from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.limits import TASK_TITLE
from bot.streaming.stream import Stream, Where


@dataclass
class ThreadProgress:
    """Names the real step: in Slack's status line of the thread until the answer's own message shows it."""

    outgoing: Outgoing
    channel: str
    thread: str
    stream: Stream

    async def step(self, text: str) -> None:
        self.stream.step(text)
        if not self.stream.covers:
            words = self.stream.steps.out.plain(text, TASK_TITLE)
            self.outgoing.status(self.channel, self.thread, words)

    async def ended(self, text: str, *, well: bool) -> None:
        self.stream.ended(text, well=well)


class Quiet:
    """Where there is no status line to write to."""

    async def step(self, text: str) -> None:
        """Nothing is shown."""

    async def ended(self, text: str, *, well: bool) -> None:
        """Nor that it is over."""


def where_of(work: Admitted) -> Where:
    return Where(work.place.channel, work.place.thread, work.actor.user, work.actor.team)

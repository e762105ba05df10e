"""Driving the workspace from the same process: what /local/* does, without HTTP, and waiting for what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sandbox.slack.core.feed import Notice
from sandbox.slack.core.messages import Message
from sandbox.slack.core.people import BOT_USER
from sandbox.slack.local.inputs import Inputs
from sandbox.slack.local.routes import GETS, POSTS
from sandbox.slack.workspace import Json, Workspace

T = TypeVar("T")


class Driver:
    def __init__(self, workspace: Workspace) -> None:
        self.__workspace = workspace
        self.__bells: set[asyncio.Event] = set()
        workspace.feed.listen(self.__ring)

    def __ring(self, notice: Notice) -> None:
        del notice
        for bell in self.__bells:
            bell.set()

    async def do(self, name: str, /, **values: Any) -> Json:
        """`POST /local/<name>`. Raises BadInput with the sentence."""
        return await POSTS[name](Inputs(self.__workspace, values))

    async def see(self, name: str, /, **values: Any) -> Json:
        """`GET /local/<name>`."""
        return await GETS[name](Inputs(self.__workspace, values))

    async def say(self, user: str, channel: str, text: str, thread_ts: str = "") -> str:
        """The ts of the new message."""
        found = await self.do("messages", user=user, channel=channel, text=text, thread_ts=thread_ts)
        return str(found["ts"])

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """What the app has said in the thread so far; a stream says nothing before it is whole."""
        thread = self.__workspace.messages.replies(channel, thread_ts)
        return [message for message in thread if message.get("user") == BOT_USER and _said(message)]

    def whispers(self, user: str) -> list[Message]:
        return [e.message for e in self.__workspace.ephemerals if e.user == user]

    async def wait_for(self, look: Callable[[], T | None], seconds: float = 5.0) -> T:
        """What `look` finds, looked for again whenever something happens. Raises TimeoutError."""
        bell = asyncio.Event()
        self.__bells.add(bell)
        try:
            async with asyncio.timeout(seconds):
                while not (found := look()):
                    bell.clear()
                    await bell.wait()
                return found
        finally:
            self.__bells.discard(bell)

    async def wait_reply(self, channel: str, thread_ts: str, seconds: float = 5.0) -> Message:
        """The app's first message in the thread."""
        found = await self.wait_for(lambda: self.replies(channel, thread_ts), seconds)
        return found[0]


def _said(message: Message) -> bool:
    return "streaming_state" not in message or (
        message["streaming_state"] == "completed" and bool(message.get("text"))
    )

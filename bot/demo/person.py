"""The local workspace as its people use it: they write, click and read. Nothing here talks to the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp

from bot.demo.workspace import DemoProblem

T = TypeVar("T")
POLL_S = 0.1
Message = Mapping[str, Any]


@dataclass
class People:
    """One HTTP session on the workspace; `bot` is the bot's user id."""

    http: aiohttp.ClientSession
    url: str
    bot: str = ""
    _seen: set[str] = field(default_factory=set)

    async def info(self) -> Mapping[str, Any]:
        return await self._json("GET", "/local/info")

    async def write(self, user: str, channel: str, text: str, thread: str = "") -> str:
        body = {"user": user, "channel": channel, "text": text} | ({"thread_ts": thread} if thread else {})
        answer = await self._json("POST", "/local/messages", json=body)
        return str(answer["ts"])

    async def click(self, user: str, channel: str, message: Message, action: str) -> None:
        button = next(item for item in elements(message) if item.get("action_id") == action)
        body = {"user": user, "channel": channel, "ts": message["ts"], "action_id": action}
        await self._json("POST", "/local/clicks", json=body | {"value": button.get("value", "")})

    async def thread(self, user: str, channel: str, ts: str) -> list[Message]:
        params = {"user": user, "channel": channel, "thread_ts": ts}
        return list((await self._json("GET", "/local/messages", params=params))["messages"])

    async def whispers(self, user: str) -> list[Message]:
        return list((await self._json("GET", "/local/ephemerals", params={"user": user}))["ephemerals"])

    async def new(
        self, user: str, channel: str, ts: str, fits: Callable[[Message], bool], seconds: float
    ) -> Message:
        """The bot's next message in the thread that fits and was not taken before."""

        async def look() -> Message | None:
            for message in await self.thread(user, channel, ts):
                key = str(message["ts"])
                new = message.get("user") == self.bot and key not in self._seen and said(message)
                if new and fits(message):
                    self._seen.add(key)
                    return message
            return None

        found: Message = await until(look, seconds)
        return found

    async def _json(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        try:
            async with self.http.request(method, f"{self.url}{path}", **options) as answer:
                found = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DemoProblem(f"the workspace did not answer {path}: {type(error).__name__}") from error
        if answer.status >= 400 or not isinstance(found, dict):
            raise DemoProblem(f"the workspace says no to {path}: {found}")
        said: Mapping[str, Any] = found
        return said


class Missing(Exception):
    """What was waited for did not come."""


async def until(look: Callable[[], Any], seconds: float) -> Any:
    """What `look` gives once it gives something. Raises Missing."""
    ends = asyncio.get_running_loop().time() + seconds
    while (found := await look()) is None:
        if asyncio.get_running_loop().time() > ends:
            raise Missing
        await asyncio.sleep(POLL_S)
    return found


def elements(message: Message) -> Iterator[Mapping[str, Any]]:
    """Buttons and the like of a message."""
    for block in message.get("blocks") or []:
        yield from block.get("elements") or []
        if isinstance(accessory := block.get("accessory"), dict):
            yield accessory


def has(message: Message, action: str) -> bool:
    return any(item.get("action_id") == action for item in elements(message))


def said(message: Message) -> bool:
    """Whether it is whole: a stream has its text when it has become the answer."""
    return "streaming_state" not in message or bool(message.get("text"))


def whole(message: Message) -> str:
    """Every word that the message shows."""
    return " ".join([str(message.get("text") or ""), *_words(message.get("blocks") or [])])


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(text := part.get("text"), str):
            yield text
        yield from (
            word
            for key, value in part.items()
            if key != "text" or not isinstance(value, str)
            for word in _words(value)
        )
    elif isinstance(part, list):
        yield from (word for item in part for word in _words(item))

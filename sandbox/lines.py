"""JSON lines with whoever started this process: what it tells us over stdin, what we tell it over stdout."""

import asyncio
import itertools
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

ANSWER_S: Final = 60.0
Message = dict[str, Any]


class Lines:
    """`heard` gets every message that is no answer; `ended` is set when the other side is gone."""

    def __init__(self, heard: Callable[[Message], Awaitable[None]]) -> None:
        self.ended = asyncio.Event()
        self._heard = heard
        self._numbers = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Message]] = {}

    async def listen(self) -> None:
        """Reads until stdin ends. A line that is no JSON object is told on stderr and left out."""
        reader = asyncio.StreamReader(limit=1024 * 1024)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        try:
            while line := await reader.readline():
                await self._take(line)
        finally:
            transport.close()
            self.ended.set()

    async def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            if line.strip():
                sys.stderr.write("not a JSON object on stdin, ignored\n")
            return
        waiting = self._asked.pop(str(message.get("answer", "")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        elif "answer" not in message:
            await self._heard(message)

    def say(self, message: Message) -> None:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    async def ask(self, control: str) -> Message:
        """A button of the page: the supervisor's answer to it."""
        number = f"c{next(self._numbers)}"
        self._asked[number] = asyncio.get_running_loop().create_future()
        self.say({"control": control, "id": number})
        try:
            async with asyncio.timeout(ANSWER_S):
                found = await self._asked[number]
        except TimeoutError:
            return {"ok": False, "text": "nobody answered in time"}
        finally:
            self._asked.pop(number, None)
        return {key: value for key, value in found.items() if key != "answer"}

"""The local workspace as a process: JSON lines in both directions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.demo.child import Child
from bot.demo.options import MANIFEST, ROOT, Options
from bot.settings import child_environment

READY_S = 60.0

Control = Callable[[str], Awaitable[Mapping[str, Any]]]


class DemoProblem(Exception):
    """The demo cannot go on; the text is for the person at the terminal."""


@dataclass
class Workspace:
    """`control` answers a button of the page; `env` is what the bot must be told."""

    child: Child
    control: Control
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    async def start(cls, options: Options, control: Control, events: Sequence[str] = ()) -> Workspace:
        """`events` is where the bots take signed HTTP; without it deliveries go by Socket Mode. Raises DemoProblem when it ends, or says nothing, before it is ready."""
        words = ["sandbox", "--port", str(options.port), "--state", str(options.folder / "sandbox")]
        words += ["--scenario", options.scenario, "--manifest", str(MANIFEST)]
        words += [word for address in events for word in ("--deliver-to", address)]
        env = child_environment(PYTHONUNBUFFERED="1")
        child = await Child.start(words, env=env, cwd=ROOT, log=options.log("sandbox"), talks=True)
        workspace = cls(child, control)
        workspace._keep(workspace._listen())
        await workspace._until_ready()
        return workspace

    async def tell(self, message: Mapping[str, Any]) -> None:
        await self.child.say(json.dumps(message))

    async def stop(self) -> None:
        await self.child.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _until_ready(self) -> None:
        ended = asyncio.create_task(self.child.ended())
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({ended, ready}, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            ready.cancel()
        if not self._ready.is_set():
            said = await asyncio.to_thread(self.child.last_words)
            await self.stop()
            raise DemoProblem(f"the local workspace did not start; {self.child.log} ends with:\n{said}")

    async def _listen(self) -> None:
        async for line in self.child.lines():
            try:
                said = json.loads(line)
            except ValueError:
                continue  # not for us
            if isinstance(said, dict):
                self._heard(said)

    def _heard(self, said: Mapping[str, Any]) -> None:
        if ready := said.get("ready"):
            self.url, self.env = str(ready["url"]), dict(ready.get("env") or {})
            self._ready.set()
        elif "control" in said:
            self._keep(self._answer(str(said["control"]), said.get("id")))

    async def _answer(self, name: str, key: Any) -> None:
        answer = await self.control(name)
        await self.tell({"answer": key, **answer})

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

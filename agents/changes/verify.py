"""Watching a change until its criterion has held long enough, cannot hold any more, or time is up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tools.errors import ToolError
from tools.plan import Observation, Observed

POLL_S = 0.4
READ_S = 10.0
FAILURES = 2

Look = Callable[[], Awaitable[Observation]]
Tell = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`held`: true for long enough. `false`: readable and not true. `unreadable`: nobody can say."""

    kind: Literal["held", "false", "unreadable"]
    text: str
    facts: Mapping[str, str]


async def watch(
    look: Look, *, deadline_s: float, hold_s: float, tell: Tell, poll_s: float = POLL_S
) -> Verdict:
    """`deadline_s` is how long the criterion may take to come true; then it must hold for `hold_s` more.

    A criterion that was true and is not any more starts over: what reverts has not succeeded. `failed` ends it early
    when two looks in a row say so: one may fall between a write and those who act on it.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + deadline_s
    since: float | None = None
    failures = 0
    while True:
        seen = await _look(look)
        now = loop.time()
        if seen.state is Observed.HOLDS:
            since = now if since is None else since
            if now - since >= hold_s:
                return Verdict("held", seen.progress, seen.facts)
        else:
            since = None
        failures = failures + 1 if seen.state is Observed.FAILED else 0
        if failures >= FAILURES:
            return Verdict("false", seen.progress, seen.facts)
        if now >= ends and since is None:
            kind: Literal["false", "unreadable"] = (
                "unreadable" if seen.state is Observed.UNREADABLE else "false"
            )
            return Verdict(kind, seen.progress, seen.facts)
        await tell(seen.progress)
        await asyncio.sleep(min(poll_s, max(0.01, hold_s / 4)) if since is not None else poll_s)


async def _look(look: Look) -> Observation:
    try:
        async with asyncio.timeout(READ_S):
            return await look()
    except TimeoutError:
        return Observation(Observed.UNREADABLE, "the target did not answer in time", {})
    except ToolError as error:
        return Observation(Observed.UNREADABLE, error.reason, {})

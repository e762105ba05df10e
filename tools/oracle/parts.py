"""The same question to several regions or compartments at once; one that does not answer costs its part alone."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from tools.errors import ToolError, TryLater
from tools.oracle.patience import HERE, Patience, beyond

T = TypeVar("T")
AT_ONCE = 8
PART_S = 12.0  # while no part has answered: one call and the beginning of another
LOOK_S: Final = 0.05  # between two looks at who is still silent


@dataclass(frozen=True, slots=True)
class Parts(Generic[T]):
    """`found` by name in the order asked; `missing` says why, fit for "could not see"."""

    found: Mapping[str, T]
    missing: Mapping[str, str]

    @property
    def could_not_see(self) -> tuple[str, ...]:
        return tuple(f"{name}: {why}" for name, why in self.missing.items())


async def each(
    names: Sequence[str], ask: Callable[[str], Awaitable[T]], lane: Callable[[str], str] = lambda _: ""
) -> Parts[T]:
    """`ask` for every name, at most eight at once in a `lane`, so that a lane that hangs holds up no other.

    When no more answers come, those whose requests stay silent are waited for a little longer
    (`patience.beyond`) and then named as missing.

    Raises:
        ToolError: none of them answered; the first one's reason.
    """
    race: _Race[T] = _Race(ask, lane, alone=len(names) == 1)
    answers = await race.run(names)
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, ToolError)}
    if failed and len(failed) == len(answers):
        raise next(iter(failed.values()))
    found = {name: answer for name, answer in answers.items() if not isinstance(answer, ToolError)}
    return Parts(found, {name: error.reason for name, error in failed.items()})


@dataclass
class _Race(Generic[T]):
    """`slowest` and `latest` of the parts that answered: how long, and when (monotonic seconds)."""

    ask: Callable[[str], Awaitable[T]]
    lane: Callable[[str], str]
    alone: bool
    slowest: float = 0.0
    latest: float = 0.0
    _places: dict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
    )
    _running: dict[str, tuple[asyncio.Task[T], Patience]] = field(default_factory=dict)

    async def run(self, names: Sequence[str]) -> dict[str, T | ToolError]:
        watch = asyncio.create_task(self._watch())
        try:
            return dict(zip(names, await asyncio.gather(*map(self._one, names)), strict=True))
        finally:
            watch.cancel()

    async def _one(self, name: str) -> T | ToolError:
        async with self._places[self.lane(name)]:
            began, patience = time.monotonic(), Patience()
            task = self._begun(name, patience)
            try:
                async with asyncio.timeout(None if self.alone else PART_S):
                    answer = await task
            except TimeoutError:
                return _late(began)
            except ToolError as error:
                return error
            except asyncio.CancelledError:
                if patience.given_up and not _cancelled():
                    return _late(began)
                raise
            finally:
                del self._running[name]
            self.latest = time.monotonic()
            self.slowest = max(self.slowest, self.latest - began)
            return answer

    def _begun(self, name: str, patience: Patience) -> asyncio.Task[T]:
        """Its own task: what is cancelled is the part, not who waits for it."""

        async def asked() -> T:
            HERE.set(patience)
            return await self.ask(name)

        task = asyncio.create_task(asked())
        self._running[name] = task, patience
        return task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            if self.latest and now - self.latest >= beyond(self.slowest):
                self._give_up(now)

    def _give_up(self, now: float) -> None:
        for task, patience in self._running.values():
            if not patience.given_up and patience.silent(now, self.slowest):
                patience.given_up = True
                task.cancel()


def _late(began: float) -> TryLater:
    return TryLater(f"it did not answer within {time.monotonic() - began:.1f} s")


def _cancelled() -> bool:
    """Whether it is the waiting itself that was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

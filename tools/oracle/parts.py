"""The same question to several regions or compartments at once; one that does not answer costs its part alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tools.errors import ToolError, TryLater

T = TypeVar("T")
AT_ONCE = 8
PART_S = 12.0  # one call and the beginning of another: then a slow part is named as missing


@dataclass(frozen=True, slots=True)
class Parts(Generic[T]):
    """`found` by name in the order asked; `missing` says why, fit for "could not see"."""

    found: Mapping[str, T]
    missing: Mapping[str, str]

    @property
    def could_not_see(self) -> tuple[str, ...]:
        return tuple(f"{name}: {why}" for name, why in self.missing.items())


async def each(names: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> Parts[T]:
    """`ask` for every name, at most eight at once.

    Raises:
        ToolError: none of them answered; the first one's reason.
    """
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> T | ToolError:
        async with places:
            try:
                async with asyncio.timeout(PART_S if len(names) > 1 else None):
                    return await ask(name)
            except TimeoutError:
                return TryLater(f"it did not answer within {PART_S:.0f} s")
            except ToolError as error:
                return error

    answers = dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, ToolError)}
    if failed and len(failed) == len(answers):
        raise next(iter(failed.values()))
    found = {name: answer for name, answer in answers.items() if not isinstance(answer, ToolError)}
    return Parts(found, {name: error.reason for name, error in failed.items()})

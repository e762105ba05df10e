"""What a digest reads: each question through the gate, as whoever it runs as, side by side, within the turn's time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from agents.gate.called import Called
from agents.gate.gate import Gate
from agents.gate.turn import Turn
from agents.outlive import outlived
from tools.spec import Result

CALLS: Final = 24
TOKENS: Final = 400_000  # no model reads along
SECONDS: Final = 45.0
SAID: Final = 2  # gaps of one answer that are named
WORDS: Final = {
    "refused": "not allowed to whoever it runs as",
    "not_allowed": "the other side refuses it",
}
Wish = tuple[str, Mapping[str, Any]]  # a tool and its arguments


@dataclass
class Reads:
    """`problems`: what could not be read, in words, in the order of the questions."""

    gate: Gate
    turn: Turn
    problems: list[str] = field(default_factory=list)

    async def all(self, *wishes: Wish) -> list[Result | None]:
        """Answers in the order of the questions; None where there is none."""
        called = await asyncio.gather(*(self._one(*wish) for wish in wishes))
        return [self._told(wish[0], one) for wish, one in zip(wishes, called, strict=True)]

    async def _one(self, tool: str, args: Mapping[str, Any]) -> Called | None:
        """None: it ended in a bug of ours, which must not cost the other parts."""
        kept: list[Called] = []

        async def call() -> None:
            kept.append(await self.gate.call(self.turn, tool, args))

        await outlived(partial(call))
        return kept[0] if kept else None

    def _told(self, tool: str, called: Called | None) -> Result | None:
        if called is None:
            self.problems.append(f"{tool}: failed here")
            return None
        if called.result is None:
            why = WORDS.get(called.kind) or called.error or "no answer"
            self.problems.append(f"{tool}: {why[:200]}")
            return None
        gaps = called.result.could_not_see
        self.problems += [f"{tool}: {gap[:160]}" for gap in gaps[:SAID]]
        if len(gaps) > SAID:
            self.problems.append(f"and {len(gaps) - SAID} more parts of {tool}")
        return called.result


def rows(result: Result | None, key: str) -> list[Mapping[str, Any]]:
    """The JSON objects under `key`; none where nothing was read."""
    found = result.data.get(key) if result is not None else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def whole(*results: Result | None) -> bool:
    """Everything was read, and all of it."""
    return all(one is not None and not one.could_not_see for one in results)

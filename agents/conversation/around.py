"""What was said around a question by others: shown to a model as data, and taint for every argument that only it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.gate.envelope import cut, enclosed
from agents.gate.turn import Turn
from agents.people import Request

MOST = 4_000  # characters of one source


@dataclass(frozen=True, slots=True)
class Around:
    """`source` as the card of a plan names it, e.g. `messages of this channel`. `text` has passed redaction."""

    source: str
    text: str


class AroundPort(Protocol):
    async def told(self, request: Request, service: str) -> Sequence[Around]:
        """As far as this person may read it here. Never raises for a store that is away: then nothing is told."""


class Nothing:
    async def told(self, request: Request, service: str) -> Sequence[Around]:
        del request, service
        return ()


def tainted(turn: Turn, around: Sequence[Around]) -> str:
    """The words for a model, each source in an envelope of its own; what they name is suspect from now on."""
    parts = []
    for one in around:
        turn.taint.suspect(one.source, one.text)
        parts.append(enclosed(cut(one.text, MOST), one.source.replace(" ", "_"), turn.delimiter))
    return "\n\n".join(parts)

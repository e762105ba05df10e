"""What a scripted model does next, one value a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Say:
    """Text; empty text is a model that says nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Calls:
    """Tool calls, (name, arguments) each, with optional text beside them."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    text: str = ""

    @classmethod
    def one(cls, tool: str, /, **arguments: Any) -> Calls:
        return cls(((tool, arguments),))


@dataclass(frozen=True, slots=True)
class Broken:
    """A tool call whose arguments are this raw text, usually no JSON."""

    name: str
    raw: str


@dataclass(frozen=True, slots=True)
class Fail:
    """An HTTP failure; `retry_after` in seconds goes into the header."""

    status: int
    retry_after: float | None = None
    code: str = ""
    message: str = "as told"


@dataclass(frozen=True, slots=True)
class Reset:
    """Half an answer, then the connection breaks."""

    text: str = "The cause is"


@dataclass(frozen=True, slots=True)
class Hang:
    """Silence for this many seconds, then an empty answer."""

    seconds: float


Reply = Say | Calls | Broken | Fail | Reset | Hang
Body = dict[str, Any]
Script = Callable[[Body], Reply]


def in_order(replies: Iterable[Reply]) -> Script:
    """One reply a request; the last one again and again when they run out."""
    left = list(replies)

    def script(_body: Body) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return script

"""What a command line means: an action or a reading of ours, with its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.planner.pasted.flags import Flag, Given
from agents.planner.pasted.line import Problem


@dataclass(frozen=True, slots=True)
class Meaning:
    """`left` is what the line says besides and what changes nothing here; it is said with the answer."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = ()


Made = Meaning | Problem
Make = Callable[[Given], Made]


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a program. `path` are the words that name it, `like` the action that a refusal names as near."""

    path: tuple[str, ...]
    flags: Mapping[str, Flag]
    make: Make
    like: str = ""


def find(words: Sequence[str], commands: Mapping[tuple[str, ...], Command]) -> Command | None:
    """The command with the longest name that the words begin with."""
    for length in range(min(4, len(words)), 0, -1):
        if (found := commands.get(tuple(words[:length]))) is not None:
            return found
    return None


def named(values: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: values[key] for key in keys if key in values}


def whole(text: str, what: str) -> int | Problem:
    return int(text) if text.isdigit() else Problem(f"{what} must be a number, not {text[:40]!r}")

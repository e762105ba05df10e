"""Two readings compared: what changed, in words. A number counts once it is a fifth away from the one that was last said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.watching.facts import Fact, Facts

PART: Final = 0.2
SAID: Final = 8  # lines of one message


def news(before: Mapping[str, Fact], now: Mapping[str, Fact], *, whole: bool) -> tuple[list[str], Facts]:
    """The changes, and what is compared with from here on.

    Not `whole`: a part could not be read, so that what is missing is not gone. A number that moved little stays as it was
    said, or slow drift would never be told.
    """
    said: list[str] = []
    kept: Facts = {}
    for key, value in now.items():
        if key not in before:
            said.append(f"{key}: {spelled(value)}, which is new")
        elif moved(before[key], value):
            said.append(f"{key}: {spelled(before[key])} → {spelled(value)}")
        kept[key] = value if key not in before or moved(before[key], value) else before[key]
    for key in (key for key in before if key not in now):
        if whole:
            said.append(f"{key}: no longer listed, was {spelled(before[key])}")
        else:
            kept[key] = before[key]
    return said, kept


def moved(before: Fact, now: Fact) -> bool:
    if isinstance(before, str) or isinstance(now, str):
        return before != now
    return abs(now - before) > PART * max(abs(before), abs(now), 1e-9)


def spelled(value: Fact) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def some(lines: list[str]) -> list[str]:
    """As many as a message holds, and how many more there are."""
    return lines if len(lines) <= SAID else [*lines[: SAID - 1], f"and {len(lines) - SAID + 1} more"]

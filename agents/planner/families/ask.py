"""One tool, the words that ask for it, and what is taken from them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.planner.reading import Reading

Fill = Callable[[Reading], dict[str, Any]]
_COMPARTMENT = re.compile(
    r"\b(?:(?<!by )(?<!per )compartment\s+[\"'`]?(?P<after>[\w./:-]+)|(?:in|of)\s+(?:the\s+)?(?P<before>[\w./:-]+)\s+compartment\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ask:
    """`cue` is read in the mended lower-case text. `target` says that the tool takes a service or a workload."""

    tool: str
    cue: re.Pattern[str]
    fill: Fill = lambda _: {}
    target: bool = False
    needs: str = ""  # without this argument the words meant something else


def ask(tool: str, cue: str, fill: Fill | None = None, *, target: bool = False, needs: str = "") -> Ask:
    return Ask(tool, re.compile(cue), fill or (lambda _: {}), target, needs)


def compartment(reading: Reading) -> dict[str, Any]:
    match = _COMPARTMENT.search(reading.raw)
    name = (match["after"] or match["before"]) if match else ""
    return {"compartment": name.rstrip(".:?")} if name else {}

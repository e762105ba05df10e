"""Where words came from. An argument of a change must have been said by the requester or read from typed inventory.

Text that others wrote (logs, events, annotations, alerts, other people's messages) may name anything; a plan whose
argument occurs only there says so in red on its card, because people approve what they believe was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_SUSPECT_CHARS = 200_000
WORD = re.compile(r"[^\s,;:()\[\]{}\"'`<>=]+")
MODEL = "the language model"


def _words(text: str) -> set[str]:
    """The words of a text, each also without the punctuation that ends a sentence and split at slashes."""
    found: set[str] = set()
    for raw in WORD.findall(text.lower()):
        word = raw.strip(".!?*_~")
        found.update((raw, word, *word.split("/")))
    found.discard("")
    return found


def leaves(value: Any) -> Iterable[str]:
    """Every text and number in a JSON value, as text. Booleans and null say nothing."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


@dataclass
class Taint:
    """Collects through one turn. Values are compared without case, whole words only."""

    _said: set[str] = field(default_factory=set)
    _typed: set[str] = field(default_factory=set)
    _suspect: dict[str, str] = field(default_factory=dict)

    def said(self, text: str) -> None:
        """Words of the requester, from this message or from an earlier one of theirs in the thread."""
        self._said |= _words(text)

    def typed(self, value: Any) -> None:
        """A result whose values are object names and numbers that a cloud API or our own map gave, not free text."""
        self._typed.update(leaf.lower() for leaf in leaves(value) if len(leaf) <= 253)

    def suspect(self, source: str, text: str) -> None:
        """Free text that somebody else wrote; `source` is what the card says, e.g. `pod log`."""
        kept = self._suspect.get(source, "")
        self._suspect[source] = (kept + "\n" + text.lower())[-KEPT_SUSPECT_CHARS:]

    @property
    def present(self) -> bool:
        """Whether text that others wrote is in this turn's context."""
        return bool(self._suspect)

    def origin(self, value: str) -> str:
        """Empty when the requester said it or inventory has it; else where it came from, in words."""
        plain = value.lower()
        if plain in self._said or plain in self._typed:
            return ""
        words = _words(plain)
        if words and words <= (self._said | self._typed):
            return ""
        return next((source for source, text in self._suspect.items() if plain in text), MODEL)

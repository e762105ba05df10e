"""A place in a document: its value and its line, however wrong the text around it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.services.lines import Document, Path


@dataclass(frozen=True, slots=True)
class Finding:
    """`fails`: a cluster refuses it, or it cannot work; else it works and is risky."""

    line: int
    words: str
    fails: bool


@dataclass(frozen=True)
class Spot:
    """`before`: lines of the file ahead of the document."""

    document: Document
    before: int = 0
    path: Path = ()

    def at(self, *keys: str | int) -> Spot:
        return Spot(self.document, self.before, (*self.path, *keys))

    @property
    def value(self) -> Any:
        found = self.document.value
        for key in self.path:
            if isinstance(found, dict) and isinstance(key, str):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    @property
    def items(self) -> list[Spot]:
        """Of a list; empty for anything else."""
        value = self.value
        return [self.at(n) for n in range(len(value))] if isinstance(value, list) else []

    def wrong(self, words: str) -> Finding:
        return Finding(self._line, words[:300], fails=True)

    def risky(self, words: str) -> Finding:
        return Finding(self._line, words[:300], fails=False)

    @property
    def _line(self) -> int:
        return self.document.line(self.path) + self.before


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

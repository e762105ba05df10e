"""The values that were redacted in one turn, so that a value seen once is replaced wherever it comes up again."""

from __future__ import annotations

import re

from agents.redaction.findings import Span

SHORTEST = 6
COMMON = frozenset(
    "password passwd changeme secret default postgres postgresql rabbitmq grafana elastic minioadmin mysql redis"
    " admin administrator username localhost redacted string".split()
)


class TurnMemory:
    """One a turn. It holds secrets: it is never logged, stored or shown."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def remember(self, value: str, kind: str) -> None:
        """Values that are ordinary words stay out: replacing them everywhere would take the text apart."""
        if worth_remembering(value):
            self._kinds.setdefault(value, kind)

    def spans(self, text: str) -> list[Span]:
        return [
            Span(match.start(), match.end(), kind)
            for value, kind in self._kinds.items()
            if value in text
            for match in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", text)
        ]

    def __len__(self) -> int:
        return len(self._kinds)

    def __repr__(self) -> str:
        return f"TurnMemory({len(self)} values)"


def worth_remembering(value: str) -> bool:
    if len(value) < SHORTEST or value.lower() in COMMON or value in "[redacted:":
        return False
    return not value.isdigit() or len(value) >= 8

"""What redaction says about a text: the text as it may leave, and how often it found which kind. Never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

PLACEHOLDER = r"\[redacted:[a-z0-9-]+\]"


@dataclass(frozen=True, slots=True)
class Span:
    """One secret in a text, by position."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """`found` has one entry for each place that was replaced, in order."""

    text: str
    found: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(self.found))


def placeholder(kind: str) -> str:
    return f"[redacted:{kind}]"


def replaced(text: str, spans: Sequence[Span]) -> str:
    """The text with every span's words gone. Spans are in order and do not overlap."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], placeholder(span.kind)]
        at = span.end
    return "".join([*parts, text[at:]])


def merged(spans: Sequence[Span]) -> list[Span]:
    """In order and without overlap; where two overlap, one span covers both under the name of the first."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if result and span.start < result[-1].end:
            last = result[-1]
            result[-1] = Span(last.start, max(last.end, span.end), last.kind)
        elif span.end > span.start:
            result.append(span)
    return result

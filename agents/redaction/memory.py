"""The values that were redacted in one turn, so that a value seen once is replaced wherever it comes up again."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from agents.redaction.findings import Span

SHORTEST = 6
LONG = 12
LONGEST = 16_384
MOST = 2_000
COMMON = frozenset(
    (
        "password", "passwd", "changeme", "secret", "secrets", "default", "postgres", "postgresql", "rabbitmq", "grafana",
        "elastic", "mysql", "mongodb", "administrator", "username", "localhost", "redacted", "string", "production",
        "staging", "kubernetes", "deployment", "service", "namespace", "bearer", "opaque",
    )
)  # fmt: skip


class TurnMemory:
    """One a turn. It holds secrets: it is never logged, stored or shown."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def remember(self, value: str, kind: str) -> None:
        """Values that are ordinary words stay out: replacing them everywhere would take the text apart."""
        value = value.strip()
        if value in self._kinds or len(self._kinds) >= MOST:
            return
        for form in _forms(value):
            self._kinds.setdefault(form, kind)

    def spans(self, text: str) -> list[Span]:
        return [
            span
            for value, kind in self._kinds.items()
            if value in text
            for span in _places(text, value, kind)
        ]

    def __len__(self) -> int:
        return len(self._kinds)

    def __repr__(self) -> str:
        return f"TurnMemory({len(self)} values)"


def _places(text: str, value: str, kind: str) -> Iterator[Span]:
    """Short values only as whole words; long ones wherever they are."""
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        if len(value) >= LONG or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            yield Span(at, end, kind)
        at = text.find(value, end)


def _forms(value: str) -> Iterable[str]:
    """The value itself, and as it looks in an address, in JSON and in base64; its text where it was base64."""
    if not worth_remembering(value):
        return ()
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    forms = {value, quote(value, safe=""), json.dumps(value)[1:-1], encoded, *_plain(value)}
    return [form for form in forms if worth_remembering(form)]


def _plain(value: str) -> tuple[str, ...]:
    if len(value) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]{8,}={0,2}", value):
        return ()
    raw = base64.b64decode(value)
    return (raw.decode(),) if raw.isascii() and raw.decode().isprintable() else ()


def worth_remembering(value: str) -> bool:
    if not SHORTEST <= len(value) <= LONGEST or value.lower() in COMMON or "[redacted:" in value:
        return False
    return len(value) >= 8 or not (value.isdigit() or value.isalpha())

"""Secrets out of every text that leaves: to a model, to Slack, to the audit, to the logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from agents.redaction.findings import Redacted, Span, merged, replaced
from agents.redaction.memory import TurnMemory

FIRST = re.compile(
    r"(?i)(?:gsk_[a-z0-9]{20,}|xox[a-z]-[\w-]{10,}|xapp-[\w-]{10,}|(?<=password=)[^\s\"']+|(?<=bearer )[\w.~+/-]{8,}=*)"
)


class Redactor:
    """`known` are values that must never leave (the bot's own tokens); `cache` is a folder for the compiled rules."""

    def __init__(self, *, known: Iterable[str] = (), cache: Path | None = None) -> None:
        self._cache = cache
        self._known = TurnMemory()
        for value in known:
            self._known.remember(value, "own-secret")

    def redact(self, text: str, memory: TurnMemory | None = None) -> Redacted:
        """The text as it may leave, and the kinds that were found. `memory` carries values through a turn."""
        memory = memory if memory is not None else TurnMemory()
        spans = [Span(m.start(), m.end(), "token") for m in FIRST.finditer(text)]
        for span in spans:
            memory.remember(text[span.start : span.end], span.kind)
        found = merged([*spans, *memory.spans(text), *self._known.spans(text)])
        return Redacted(replaced(text, found), tuple(span.kind for span in found))

    def scan(self, text: str) -> Redacted:
        return self.redact(text)

    def clean(self, text: str) -> str:
        """`redact` for those who only want the text: the logs and whatever goes to Slack."""
        return self.redact(text).text

    def redact_json(self, value: Any, memory: TurnMemory | None = None) -> Any:
        """The same value without secrets; keys decide too (`password`, a Secret's data, a name beside a value)."""
        memory = memory if memory is not None else TurnMemory()
        if isinstance(value, str):
            return self.redact(value, memory).text
        if isinstance(value, Mapping):
            return {key: self.redact_json(item, memory) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)([self.redact_json(item, memory) for item in value])
        return value

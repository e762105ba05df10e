"""Secrets out of every text that leaves: to a model, to Slack, to the audit, to the logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.redaction.engine import Engine, EngineMissing, shared
from agents.redaction.findings import Redacted, Span, merged, replaced
from agents.redaction.memory import TurnMemory
from agents.redaction.strip import visible, whole_sequences
from agents.redaction.tree import Walk

WITHHELD = "[withheld: no redaction engine could be loaded]"
OVERLAP = 4096
ROUNDS = 4  # a placeholder may part what stood together, and show a name that was hidden in a token


class Redactor:
    """`known` are values that must never leave (the bot's own tokens); `cache` is a folder for the compiled rules.

    Nothing is loaded before the first text comes.
    """

    def __init__(
        self, *, known: Iterable[str] = (), cache: Path | None = None, engine: Engine | None = None
    ) -> None:
        self._cache = cache
        self._given = engine
        self._known = TurnMemory()
        for value in known:
            self._known.remember(value, "own-secret")

    @cached_property
    def _engine(self) -> Engine | None:
        try:
            return self._given or shared(self._cache)
        except EngineMissing:
            return None

    @property
    def engine(self) -> str:
        """`hyperscan`, `keywords` (slower, 256 KB at most) or `withheld` (nothing leaves)."""
        return self._engine.name if self._engine else "withheld"

    def redact(self, text: str, memory: TurnMemory | None = None) -> Redacted:
        """The text as it may leave, and the kinds that were found. `memory` carries values through a turn."""
        if self._engine is None:
            return Redacted(WITHHELD, ("withheld",))
        text, rest = _capped(visible(text), self._engine.cap)
        memory = TurnMemory() if memory is None else memory
        found: list[str] = []
        for _ in range(ROUNDS):
            spans = self._spans(self._engine, text, memory)
            if not spans:
                break
            text = replaced(text, spans)
            found += [span.kind for span in spans]
        return Redacted(text + rest, tuple(found))

    def scan(self, text: str) -> Redacted:
        return self.redact(text)

    def clean(self, text: str) -> str:
        """`redact` for those who only want the text: the logs and whatever goes to Slack."""
        return self.redact(text).text

    def redact_json(self, value: Any, memory: TurnMemory | None = None) -> Any:
        """The same value without secrets; keys decide too (`password`, a Secret's data, a name beside a value)."""
        memory = TurnMemory() if memory is None else memory
        before = len(memory)
        clean = Walk(lambda text: self.redact(text, memory).text, memory.remember).value(value)
        if len(memory) == before:
            return clean
        # what a later key gave away may stand in an earlier text
        return Walk(lambda text: replaced(text, merged(memory.spans(text))), memory.remember).value(clean)

    def redact_chunks(self, chunks: Iterable[str], memory: TurnMemory | None = None) -> Iterator[str]:
        """A long text in pieces: each is looked at together with 4 KB before and after it."""
        memory = TurnMemory() if memory is None else memory
        if self._engine is None:
            yield WITHHELD
            return
        before, held, unread = "", "", ""
        for chunk in chunks:
            readable, unread = whole_sequences(unread + chunk)
            held += visible(readable)
            if len(held) > 2 * OVERLAP:
                out, before, held = self._forward(self._engine, before, held, len(held) - OVERLAP, memory)
                yield out
        held += visible(unread)
        yield self._forward(self._engine, before, held, len(held), memory)[0]

    def _forward(
        self, engine: Engine, before: str, held: str, until: int, memory: TurnMemory
    ) -> tuple[str, str, str]:
        text, shift = before + held, len(before)
        spans = self._spans(engine, text, memory)
        until += shift
        until = min([span.start for span in spans if span.start < until < span.end], default=until)
        inside = [
            Span(max(s.start, shift), s.end, s.kind) for s in spans if s.end > shift and s.start < until
        ]
        out = replaced(text[:until], inside)[shift:]
        return out, text[max(0, until - OVERLAP) : until], text[until:]

    def _spans(self, engine: Engine, text: str, memory: TurnMemory) -> list[Span]:
        spans = engine.spans(text)
        for span in spans:
            memory.remember(text[span.start : span.end], span.kind)
        again = [*memory.spans(text), *self._known.spans(text)]
        return merged([*spans, *again]) if again else spans


def _capped(text: str, cap: int) -> tuple[str, str]:
    if not cap or len(text) <= cap:
        return text, ""
    return text[
        :cap
    ], f"\n[withheld: {len(text) - cap} more characters; the slower engine reads {cap // 1024} KB]"

"""Redaction of a whole result: every text in it, wherever it would travel to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

from tools.spec import Result

Clean = Callable[[str], str]


class Redactor(Protocol):
    """agents.redaction, as far as the gate needs it. `memory` remembers values, so that they go everywhere once seen."""

    def redact(self, text: str, memory: Any = None) -> Any: ...

    def redact_json(self, value: Any, memory: Any = None) -> Any: ...


def clean_result(result: Result, redactor: Redactor, memory: Any) -> Result:
    """The result without secrets. Structure and numbers stay as they are."""

    def text(value: str) -> str:
        return str(redactor.redact(value, memory).text) if value else value

    raw = (
        None if result.raw is None else text(result.raw)
    )  # first: most is seen there, and what is seen goes everywhere
    return dataclasses.replace(
        result,
        data=redactor.redact_json(result.data, memory),
        digest=text(result.digest),
        raw=raw,
        evidence=tuple(
            dataclasses.replace(e, label=text(e.label), value=text(e.value)) for e in result.evidence
        ),
        ruled_out=tuple(map(text, result.ruled_out)),
        inventory=tuple(map(text, result.inventory)),
        could_not_see=tuple(map(text, result.could_not_see)),
        tables=tuple(
            dataclasses.replace(t, rows=tuple(tuple(map(text, row)) for row in t.rows)) for t in result.tables
        ),
    )

"""What the gate gives back for one tool call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agents.outcomes import Artifact
from tools.errors import AskBack
from tools.spec import Result

Kind = Literal["ok", "invalid", "refused", "ask", "later", "gone", "not_allowed"]


@dataclass(frozen=True, slots=True)
class Called:
    """`refused` is our policy's or a limit's no, `not_allowed` the other side's; `audit` is the seq of the result row.

    `result` has passed redaction; `text_for_model` is its digest within the budget, in an envelope when others wrote
    parts of it. `args` are the final arguments, scope filled in.
    """

    ok: bool
    kind: Kind
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    result: Result | None = None
    error: str = ""
    text_for_model: str = ""
    artifact: Artifact | None = None
    audit: int = 0
    ms: int = 0
    ask: AskBack | None = None
    who_may: tuple[str, ...] = ()
    cached: bool = False

"""One turn: who asked what, how long it may take, what it has used up, and where its words came from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.gate.taint import Taint
from agents.people import Request

if TYPE_CHECKING:
    from agents.gate.called import Called
    from agents.redaction import TurnMemory

MAX_CALLS = 12
MAX_SECONDS = 60.0
MAX_OUTPUT_TOKENS = 30_000
CHARS_A_TOKEN = 4


@dataclass
class Budget:
    """What is left. Counted down by the gate; a model that loops stops here."""

    calls: int = MAX_CALLS
    tokens: int = MAX_OUTPUT_TOKENS

    def spent(self) -> str:
        """Why no further call is possible, in words; empty while one is."""
        if self.calls <= 0:
            return f"the limit of {MAX_CALLS} tool calls a turn is reached"
        if self.tokens <= 0:
            return f"the limit of {MAX_OUTPUT_TOKENS} tokens of tool output a turn is reached"
        return ""


@dataclass(frozen=True)
class Turn:
    """Fixed at the start. `deadline` is loop time; `on_behalf` names the principal that tools act as.

    `delimiter` marks untrusted data for this turn only, so that a log line cannot close the envelope that holds it.
    """

    request: Request
    deadline: float
    memory: TurnMemory
    on_behalf: str = ""
    budget: Budget = field(default_factory=Budget)
    taint: Taint = field(default_factory=Taint)
    delimiter: str = field(default_factory=lambda: secrets.token_hex(8))
    refused: dict[str, Called] = field(default_factory=dict)
    # The changes that the requester's own words order, as code reads them; None: they gave a command, which is an order.
    orders: frozenset[str] | None = None
    proposed: dict[str, str] = field(
        default_factory=dict
    )  # action and target -> plan id, or why it was refused

    @classmethod
    def start(
        cls,
        request: Request,
        *,
        now: float,
        memory: TurnMemory,
        seconds: float = MAX_SECONDS,
        on_behalf: str = "",
    ) -> Turn:
        """`now` is loop time. The requester's own words are the first thing that arguments may come from."""
        turn = cls(request, now + seconds, memory, on_behalf)
        turn.taint.said(request.text)
        return turn

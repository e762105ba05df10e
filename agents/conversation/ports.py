"""What a conversation needs from outside. The gate reads, the change engine proposes, names and records come from our stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from agents.gate.called import Called
from agents.gate.turn import Turn
from agents.outcomes import Failure, Question, Refusal
from agents.people import Request
from agents.planner import Catalog
from tools.spec import Scope, Tool

if TYPE_CHECKING:
    from agents.redaction import TurnMemory


class GatePort(Protocol):
    """agents.gate: the one door to the clouds."""

    def visible(self, turn: Turn) -> tuple[Tool[Any], ...]: ...

    async def call(self, turn: Turn, name: str, raw_args: Mapping[str, Any]) -> Called: ...


class PlanLike(Protocol):
    """The stored row of a plan, as far as an answer names it. `body` is the sealed plan as canonical JSON."""

    @property
    def id(self) -> str: ...

    @property
    def action(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def outcome(self) -> Mapping[str, Any] | None: ...


class ChangesPort(Protocol):
    """agents.changes: proposals only; nothing here can approve or execute."""

    async def propose(
        self, turn: Turn, action: str, raw_args: Mapping[str, Any], reason: str
    ) -> PlanLike | Refusal | Question | Failure: ...

    async def barred(self, turn: Turn, action: str, raw_args: Mapping[str, Any]) -> Refusal | None:
        """The refusal of a person who may not propose this at all here."""

    async def undo(self, turn: Turn, plan_id: str) -> PlanLike | Refusal | Question | Failure: ...


class NamesPort(Protocol):
    """What exists, as far as this person may hear of it, and what the channel stands for."""

    async def catalog(self, request: Request) -> Catalog: ...

    def scope(self, request: Request) -> Scope: ...


class RecordsPort(Protocol):
    """The audit trail, for what the conversation itself decides."""

    async def approval_refused(self, turn: Turn, why: str) -> int:
        """Seq of the row that says: somebody typed an approval, or tried to give the bot orders through text."""

    def memory(self) -> TurnMemory:
        """A fresh memory of redacted values for one turn."""

"""The audit rows that the conversation writes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.gate.records import said_by
from agents.gate.turn import Turn
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock

if TYPE_CHECKING:
    from agents.redaction import TurnMemory


class ConversationRecords:
    def __init__(self, trail: Trail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    async def approval_refused(self, turn: Turn, why: str) -> int:
        """Seq of the row; 0 when it had to be spooled."""
        event = AuditEvent(
            type=EventType("approval.refused"),
            **said_by(turn),
            result="refused",
            detail={"reason": why, "way": "typed text"},
        )
        return await self._trail.keep(event, self._clock.now())

    def memory(self) -> TurnMemory:
        from agents.redaction import TurnMemory

        return TurnMemory()

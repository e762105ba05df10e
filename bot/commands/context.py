"""What every command is given, and the one question that those without a tool ask: may this person do this here?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from agents.gate.records import decided, said_by
from agents.gate.spool import SpoolFull
from agents.gate.turn import Turn
from agents.outcomes import Failure, Outcome, Refusal
from agents.people import Actor, Place, Request
from agents.policy import Policy
from agents.redaction import TurnMemory
from bot.core import Core
from bot.replies.answer import Footer, render
from bot.replies.blocks import Block, Message, context
from bot.replies.text import Outbound
from storage.audit.events import AuditEvent, EventType
from storage.errors import StoreUnavailable

States = Callable[[], Awaitable[Mapping[str, str]]]
NOTHING = "Nothing was changed."


@dataclass(frozen=True)
class Ctx:
    """One command of one person. `states` says how each part of the process is."""

    core: Core
    turn: Turn
    footer: Footer
    out: Outbound
    states: States

    @property
    def request(self) -> Request:
        return self.turn.request

    @property
    def actor(self) -> Actor:
        return self.turn.request.actor

    @property
    def place(self) -> Place:
        return self.turn.request.place

    @property
    def policy(self) -> Policy:
        return self.core.policy.policy

    def holds(self, permission: str) -> bool:
        return not permission or self.policy.holds(self.actor, self.place, permission)

    def say(self, outcome: Outcome) -> Message:
        return render(outcome, self.out, self.footer)

    def message(self, text: str, blocks: list[Block]) -> Message:
        """Blocks of a command's own, with the ids under them. `text` says the same in words."""
        return Message(text, (*blocks, context(f"`{self.footer.request}` in `{self.footer.correlation}`")))

    async def may(self, permission: str, what: str) -> Outcome | None:
        """None when allowed; the decision is on record either way."""
        decision = self.policy.decide(self.actor, self.place, permission)
        event = AuditEvent(
            type=EventType.AUTHZ_DECISION, **said_by(self.turn), tool=what, decision=decided(decision, self.policy)
        )  # fmt: skip
        try:
            seq = await self.core.trail.keep(event, self.core.clock.now())
        except (StoreUnavailable, SpoolFull):
            return Failure("The audit cannot be written.", NOTHING, "Try again later.", self.request.id)
        if decision.allow:
            return None
        reference = f"audit:{seq}" if seq else self.request.id
        return Refusal(f"Not allowed: {decision.reason}.", decision.who_may, reference)


def turn_of(request: Request, seconds: float = 60.0) -> Turn:
    now = asyncio.get_running_loop().time()
    return Turn.start(request, now=now, memory=TurnMemory(), seconds=seconds)

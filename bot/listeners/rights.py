"""Whether a person who clicked may do it: judged as the click comes, on record either way."""

from __future__ import annotations

from agents.gate.records import decided, said_by
from agents.outcomes import Refusal
from agents.people import Place
from agents.policy import Permission
from bot.commands.context import turn_of
from bot.core import Core
from bot.intake import Admitted
from storage.audit.events import AuditEvent, EventType

NOTHING = "Nothing was changed."


async def refused(
    core: Core, work: Admitted, permission: Permission, what: str, place: Place | None = None
) -> Refusal | None:
    """None: they may. `place`: where the right is needed, if not where it was clicked. Raises StoreUnavailable."""
    policy = core.policy.policy
    decision = policy.decide(work.actor, place or work.place, permission)
    said = said_by(turn_of(work.request))
    event = AuditEvent(type=EventType.AUTHZ_DECISION, **said, tool=what, decision=decided(decision, policy))
    seq = await core.trail.note(event)
    if decision.allow:
        return None
    return Refusal(f"Not allowed: {decision.reason}. {NOTHING}", decision.who_may, f"audit:{seq}")

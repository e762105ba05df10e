"""Why no change can be proposed now by anybody, and who can end that."""

from __future__ import annotations

from agents.changes.ledger import Ledger
from agents.outcomes import Refusal
from agents.policy import PolicyStore


def by_policy(problem: str, reference: str) -> Refusal:
    return Refusal(
        f"Changes are refused until the policy is valid again: {problem}. "
        "Whoever runs the bot mends the file; it is read again by itself.",
        reference=reference,
    )


def by_stop(who: str, reason: str, reference: str) -> Refusal:
    why = f": {reason}" if reason else ", who gave no reason"
    return Refusal(
        f"All changes are stopped by {who}{why}. Two admins resume them: each says `/cloudops resume`.",
        reference=reference,
    )


async def closed(policy: PolicyStore, ledger: Ledger, reference: str) -> Refusal | None:
    """None while changes may be proposed. Raises StoreUnavailable."""
    if policy.problem:
        return by_policy(policy.problem, reference)
    async with ledger.db.read() as tx:
        stop = await ledger.db.switches.get(tx)
    return by_stop(stop.by, stop.reason, reference) if stop.stopped else None

"""Why no change can be proposed now by anybody, and who can end that."""

from __future__ import annotations

from agents.outcomes import Refusal


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

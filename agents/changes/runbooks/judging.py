"""May this person do every part of a draft, each by its own action and target?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.changes.access.rules import for_themselves
from agents.changes.runbooks.sealed import parts
from agents.changes.wish import Wish
from agents.policy import Decision
from tools.plan import Action, Draft
from tools.spec import Risk


def may_all(wish: Wish, actions: Mapping[str, Action[Any]], draft: Draft, risk: Risk) -> Decision:
    """The first no is the answer."""
    policy, request = wish.policy, wish.turn.request
    decision = Decision(False, "default-deny", "it has no part")
    for part in parts(draft):
        permission = actions.get(part.action, wish.action).permission
        decision = policy.decide(
            request.actor, request.place, permission, part.target, part.action, risk=risk
        )
        if not decision.allow:
            return decision
        if refusal := for_themselves(wish.person, part):
            return refusal
    return decision

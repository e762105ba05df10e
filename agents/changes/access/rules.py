"""What holds for changes of access beyond every other change: who may decide on one, and for whom."""

from __future__ import annotations

from typing import Final

from agents.changes.seal import Plan
from agents.people import Actor, Place
from agents.policy import Decision, Permission, Person, Policy
from agents.policy.overlay import AUTHORITY
from tools.plan import Draft

GRANT: Final = "access_grant"
REVOKE: Final = "access_revoke"
ACCESS: Final = frozenset({GRANT, REVOKE})
RIGHTS: Final = "rights"  # of the sealed write: what the role holds, by name


def is_access(draft: Draft) -> bool:
    return draft.action in ACCESS


def for_themselves(person: Person, draft: Draft) -> Decision | None:
    """Nobody asks for themselves for what decides about others."""
    mine = draft.write.get("person") in (person.id, *person.accounts)
    if draft.action != GRANT or not mine or AUTHORITY.isdisjoint(draft.write.get(RIGHTS, ())):
        return None
    held = ", ".join(sorted(AUTHORITY.intersection(draft.write[RIGHTS])))
    text = (
        f"nobody asks for themselves for a right that decides about others ({held}); let another person ask"
    )
    return Decision(False, "access-self", text)


def may_not_decide(policy: Policy, plan: Plan, actor: Actor, place: Place) -> Decision | None:
    """Beside the right to approve: whoever decides on access manages people, and gets nothing by it."""
    if not is_access(plan.draft):
        return None
    person = policy.person_of(actor)
    mine = person is not None and plan.draft.write.get("person") in (person.id, *person.accounts)
    if plan.draft.action == GRANT and mine:
        return Decision(False, "access-own", "nobody approves what they get themselves")
    decision = policy.decide(actor, place, Permission.USERS_WRITE)
    return None if decision.allow else decision

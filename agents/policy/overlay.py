"""What people hold for a while beside the file. The file stays the base: an offer that leaves it takes its grants along."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agents.policy.compile import Binding, Compiled
from agents.policy.permissions import Permission

# Whoever holds one of these decides about others: nobody may ask for it for themselves, or approve that they get it.
AUTHORITY = frozenset(p for p in Permission if p.startswith("approve:")) | {
    Permission.REMEDIATION_BREAK_GLASS, Permission.USERS_WRITE, Permission.SYSTEM_WRITE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Granted:
    """An offer that a person holds. `plan` gave it; `person` is their first account."""

    plan: str
    person: str
    offer: str
    until: datetime


def held(compiled: Compiled, grants: Iterable[Granted], now: datetime) -> tuple[Binding, ...]:
    """The bindings that these grants are now: for whom the file still offers it, in the file's words of today."""
    offers = {offer.name: offer.binding for offer in compiled.offers}
    names = {person.id: person.name for person in compiled.people}
    found = []
    for grant in grants:
        binding, name = offers.get(grant.offer), names.get(grant.person)
        if grant.until > now and binding is not None and name in binding.people:
            rule_id = f"grant:{grant.plan}:{binding.role}"
            found.append(
                dataclasses.replace(binding, rule_id=rule_id, people=frozenset({name}), usergroups=())
            )
    return tuple(found)

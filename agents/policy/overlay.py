"""What people hold for a while beside the file. The file stays the base: an offer that leaves it or changes takes its grants along."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agents.policy.compile import Binding, Compiled, Offer
from agents.policy.permissions import Permission

# Whoever holds one of these decides about others: nobody may ask for it for themselves, or approve that they get it.
AUTHORITY = frozenset(p for p in Permission if p.startswith("approve:")) | {
    Permission.REMEDIATION_BREAK_GLASS, Permission.USERS_WRITE, Permission.SYSTEM_WRITE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Granted:
    """An offer that a person holds. `plan` gave it; `person` is their first account; `words` are its reach as it was sealed."""

    plan: str
    person: str
    offer: str
    words: str
    until: datetime


def reach_of(offer: Offer) -> str:
    """An offer in words: what its role is and where it holds; what is sealed, so that a change of it is drift."""
    part = offer.binding.part
    places = (*(f"{c}/{n}" for c in part.clusters for n in part.namespaces), *part.compartments)
    words = [f"role {part.role} in {', '.join(part.channels) or 'no channel'}"]
    words += [f"on {', '.join(places)}"] if places else []
    words += [f"with {', '.join(part.tools)}"] if part.tools else []
    words += [f"up to {part.max_risk} risk"] if part.max_risk else []
    rights = ", ".join(sorted(offer.binding.permissions))
    return f"{' '.join(words)}: {rights}"


def stands(compiled: Compiled, grant: Granted) -> bool:
    """Whether the file still offers it to this person, in the words that people approved when it was given."""
    return _binding(compiled, grant) is not None


def held(compiled: Compiled, grants: Iterable[Granted], now: datetime) -> tuple[Binding, ...]:
    """The bindings that these grants are now: none for whom the file no longer offers it, or offers it otherwise."""
    return tuple(
        binding
        for grant in grants
        if grant.until > now and (binding := _binding(compiled, grant)) is not None
    )


def _binding(compiled: Compiled, grant: Granted) -> Binding | None:
    offer = next((offer for offer in compiled.offers if offer.name == grant.offer), None)
    name = next((person.name for person in compiled.people if person.id == grant.person), None)
    binding = offer.binding if offer is not None and reach_of(offer) == grant.words else None
    if binding is not None and name in binding.people:
        rule_id = f"grant:{grant.plan}:{binding.role}"
        return dataclasses.replace(binding, rule_id=rule_id, people=frozenset({name}), usergroups=())
    return None

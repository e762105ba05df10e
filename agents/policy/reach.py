"""Where a person may look: what tools filter their lists with, and part of every cache key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from agents.policy.globs import any_matches, in_subtree
from agents.policy.models import BindingPart


@dataclass(frozen=True, slots=True)
class Reach:
    """The grants and denies that hold for one person, place and right. Empty grants reach nothing.

    As in a decision, a deny that names places of one kind says nothing about the other: no list of compartments shrinks
    because a namespace is closed.
    """

    grants: tuple[BindingPart, ...]
    denies: tuple[BindingPart, ...]

    def namespace(self, cluster: str, namespace: str) -> bool:
        if any(
            not d.compartments
            and (not d.clusters or any_matches(d.clusters, cluster))
            and (not d.namespaces or any_matches(d.namespaces, namespace))
            for d in self.denies
        ):
            return False
        return any(
            any_matches(g.clusters, cluster) and any_matches(g.namespaces, namespace) for g in self.grants
        )

    def compartment(self, name: str) -> bool:
        if any(
            not d.clusters and not d.namespaces and (not d.compartments or in_subtree(d.compartments, name))
            for d in self.denies
        ):
            return False
        return any(in_subtree(g.compartments, name) for g in self.grants)

    @property
    def key(self) -> str:
        """Equal for people who see the same; a cached result is never served across different keys."""
        scopes = sorted(
            {repr((d.deny, d.clusters, d.namespaces, d.compartments)) for d in (*self.grants, *self.denies)}
        )
        return hashlib.sha256("\n".join(scopes).encode()).hexdigest()[:24]
